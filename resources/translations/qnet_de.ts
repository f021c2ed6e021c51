<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>qnet</name>
        <message>
            <location filename="../../qnet_gui/model/clock.py" />
            <source>tomorrow {time}</source>
            <translation>morgen {time}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/domain.py" />
            <source>black label</source>
            <translation>schwarze Marke</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/domain.py" />
            <source>blue label</source>
            <translation>blaue Marke</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/domain.py" />
            <source>gray label</source>
            <translation>graue Marke</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/domain.py" />
            <source>green label</source>
            <translation>grüne Marke</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/domain.py" />
            <source>orange label</source>
            <translation>orange Marke</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/domain.py" />
            <source>purple label</source>
            <translation>lila Marke</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/domain.py" />
            <source>red label</source>
            <translation>rote Marke</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/domain.py" />
            <source>yellow label</source>
            <translation>gelbe Marke</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>The agent cannot be asked: {why}.</source>
            <translation>Der Agent kann nicht gefragt werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>The agent does not answer.</source>
            <translation>Der Agent antwortet nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>The agent failed: {kind}.</source>
            <translation>Der Agent ist gescheitert: {kind}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>The agent holds the lock and does not listen.</source>
            <translation>Der Agent hält die Sperre und hört nicht zu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>The agent runs. Stop it first: sudo systemctl stop qnet-agent</source>
            <translation>Der Agent läuft. Beenden Sie ihn zuerst: sudo systemctl stop qnet-agent</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>The packet filter cannot be loaded; see the agent's log.</source>
            <translation>Der Paketfilter kann nicht geladen werden; sehen Sie im Protokoll des Agenten nach.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>The redirection cannot be applied; see the agent's log.</source>
            <translation>Die Umleitung kann nicht angewandt werden; sehen Sie im Protokoll des Agenten nach.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>There was no address and name servers from dom0 within {seconds} s, so this domain has no network.</source>
            <translation>Binnen {seconds} s kamen keine Adresse und Nameserver von dom0, diese Domäne hat also kein Netz.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>There was no network card within {seconds} s, so this domain has no network.</source>
            <translation>Binnen {seconds} s gab es keine Netzwerkkarte, diese Domäne hat also kein Netz.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>This is dom0, and {netvm} is the netvm, so nothing has been changed. To have dom0 itself route the other domains, which is strongly discouraged: qnet netvm set dom0</source>
            <translation>Dies ist dom0, und {netvm} ist die netvm, also wurde nichts geändert. Soll dom0 selbst für die anderen Domänen routen, wovon dringend abgeraten wird: qnet netvm set dom0</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>This is no netvm, and nothing has been changed: {why}</source>
            <translation>Dies ist keine netvm, und nichts wurde geändert: {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>dom0 gave the netvm one address for two purposes.</source>
            <translation>dom0 hat der netvm eine Adresse für zwei Zwecke gegeben.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{address} is the gateway's or a name server's, and cannot be a domain's.</source>
            <translation>{address} ist die Adresse des Gateways oder eines Nameservers und kann nicht die einer Domäne sein.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{path} has no {key}.</source>
            <translation>{path} hat kein {key}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{value} is not a request.</source>
            <translation>{value} ist keine Anfrage.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{value} is not online, offline, add or remove.</source>
            <translation>{value} ist nicht online, offline, add oder remove.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{value} is not the vif of {path}.</source>
            <translation>{value} ist nicht das Vif von {path}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{verb} is not known here.</source>
            <translation>{verb} ist hier nicht bekannt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{vif} has gone.</source>
            <translation>{vif} ist verschwunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{vif} has no link here, or is going offline.</source>
            <translation>{vif} hat hier keine Schnittstelle oder wird gerade abgehängt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{vif} has no node here, or is going offline.</source>
            <translation>{vif} hat hier keinen Knoten oder wird gerade abgehängt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{vif} has no node.</source>
            <translation>{vif} hat keinen Knoten.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/agent.py" />
            <source>{vif} or its node is not there.</source>
            <translation>{vif} oder sein Knoten ist nicht da.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>All addresses of {pool} are in use. Choose a larger network.pool in qnet.toml.</source>
            <translation>Alle Adressen von {pool} sind vergeben. Wählen Sie in qnet.toml ein größeres network.pool.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>It has not set up its card in time.</source>
            <translation>Sie hat ihre Karte nicht rechtzeitig eingerichtet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>It is not known which address {name} had.</source>
            <translation>Es ist nicht bekannt, welche Adresse {name} hatte.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>Moved to it: {names}.</source>
            <translation>Zu ihr umgezogen: {names}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>No network agent runs in dom0, so no domain can be moved to it. Choose it without --move first, then: systemctl start qnet-agent</source>
            <translation>In dom0 läuft kein Netzagent, also kann keine Domäne dorthin umziehen. Wählen Sie dom0 zuerst ohne --move, dann: systemctl start qnet-agent</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>Paused, and moved when they go on: {names}.</source>
            <translation>Angehalten, und umgezogen, wenn sie weiterlaufen: {names}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>The agent in {name} does not run. Start qnet-agent in it, or restart {name}.</source>
            <translation>Der Agent in {name} läuft nicht. Starten Sie qnet-agent in ihr, oder starten Sie {name} neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>The domain with the id {id} is another one than was meant: {name}. Nothing was done to it.</source>
            <translation>Die Domäne mit der Nummer {id} ist eine andere, als gemeint war: {name}. Mit ihr wurde nichts gemacht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>The domains of this host belong to {manager}, so qnet only shows them. Change them with the tools of {manager}.</source>
            <translation>Die Domänen dieses Rechners gehören {manager}, qnet zeigt sie daher nur. Ändern Sie sie mit den Werkzeugen von {manager}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>The hypervisor does not tell dom0 among its domains.</source>
            <translation>Der Hypervisor nennt dom0 nicht unter seinen Domänen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>The netvm did not serve it in time.</source>
            <translation>Die netvm hat sie nicht rechtzeitig bedient.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>The netvm refused its card: it did not say why.</source>
            <translation>Die netvm hat ihre Karte abgelehnt, ohne einen Grund zu nennen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>The netvm refused its card: {why}.</source>
            <translation>Die netvm hat ihre Karte abgelehnt: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>There is no domain with the id {id} that runs.</source>
            <translation>Es läuft keine Domäne mit der Nummer {id}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>There is no domain {name} that runs.</source>
            <translation>Es läuft keine Domäne {name}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>Xen brings no windows of the netvm to dom0. Start nm-applet on the netvm's own display there: qnet applet-host nm-applet</source>
            <translation>Xen bringt keine Fenster der netvm nach dom0. Starten Sie nm-applet dort auf der eigenen Anzeige der netvm: qnet applet-host nm-applet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>attached {name} to {netvm}</source>
            <translation>{name} mit {netvm} verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>attaching {name} to {netvm}</source>
            <translation>{name} wird mit {netvm} verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>choosing {netvm} as the netvm</source>
            <translation>{netvm} wird als netvm gewählt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>chose {netvm} as the netvm</source>
            <translation>{netvm} als netvm gewählt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>cut {name} off the network</source>
            <translation>{name} vom Netz getrennt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>cutting {name} off the network</source>
            <translation>{name} wird vom Netz getrennt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>dom0 cannot be cut off.</source>
            <translation>dom0 kann nicht vom Netz getrennt werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>dom0 cannot be paused.</source>
            <translation>dom0 kann nicht angehalten werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>dom0 is connected to the network, and all others are paused until it is disconnected.</source>
            <translation>dom0 ist mit dem Netz verbunden, und alle anderen sind angehalten, bis es getrennt wird.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>dom0 is never paused.</source>
            <translation>dom0 wird nie angehalten.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>dom0 is not attached like other domains. Connect it for an upgrade.</source>
            <translation>dom0 wird nicht wie andere Domänen verbunden. Verbinden Sie es für eine Aktualisierung.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>dom0 is the netvm and has no network agent. Choose a separate netvm, or: systemctl start qnet-agent</source>
            <translation>dom0 ist die netvm und hat keinen Netzwerk-Agenten. Wählen Sie eine eigene netvm, oder: systemctl start qnet-agent</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>dom0 is the netvm: start nm-applet here, like any other program.</source>
            <translation>dom0 ist die netvm: Starten Sie nm-applet hier, wie jedes andere Programm.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>moved {name} to {netvm}</source>
            <translation>{name} zu {netvm} umgezogen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>moving {name} to {netvm}</source>
            <translation>{name} zieht zu {netvm} um</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} cannot be the netvm: no network agent has ever reported from it.</source>
            <translation>{name} kann nicht die netvm sein: Aus ihr hat sich noch nie ein Netzwerk-Agent gemeldet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} could not be moved: {why}</source>
            <translation>{name} konnte nicht umziehen: {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} has no uplink. Plug in a cable or choose a Wi-Fi network.</source>
            <translation>{name} hat keinen Uplink. Stecken Sie ein Kabel ein, oder wählen Sie ein WLAN.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} has not reported its routes. Restart it, or run qnet-guest in it.</source>
            <translation>{name} hat ihre Routen nicht gemeldet. Starten Sie sie neu, oder führen Sie qnet-guest in ihr aus.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is attached to {netvm} already.</source>
            <translation>{name} ist schon mit {netvm} verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is attached to {netvm}.</source>
            <translation>{name} ist mit {netvm} verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is cut off the network.</source>
            <translation>{name} ist vom Netz getrennt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is not attached to the network.</source>
            <translation>{name} ist nicht mit dem Netz verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is not running.</source>
            <translation>{name} läuft nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is not running. Start it.</source>
            <translation>{name} läuft nicht. Starten Sie sie.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is paused.</source>
            <translation>{name} ist angehalten.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is paused. Unpause it.</source>
            <translation>{name} ist angehalten. Setzen Sie sie fort.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is starting. Wait until it is up.</source>
            <translation>{name} startet. Warten Sie, bis sie läuft.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is the netvm: it cannot be attached to itself, since all others need it.</source>
            <translation>{name} ist die netvm: Sie kann nicht mit sich selbst verbunden werden, weil alle anderen sie brauchen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is the netvm: it cannot be cut off, since all others need it.</source>
            <translation>{name} ist die netvm: Sie kann nicht vom Netz getrennt werden, weil alle anderen sie brauchen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{name} is the netvm: it cannot be paused, since all others need it.</source>
            <translation>{name} ist die netvm: Sie kann nicht angehalten werden, weil alle anderen sie brauchen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/domains.py" />
            <source>{netvm} is the netvm now.</source>
            <translation>{netvm} ist jetzt die netvm.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>A job failed: {kind}.</source>
            <translation>Eine Aufgabe ist gescheitert: {kind}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>A text is too long: at most {high} characters are taken.</source>
            <translation>Ein Text ist zu lang: Höchstens {high} Zeichen werden angenommen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>An unexpected {kind}.</source>
            <translation>Ein unerwarteter Fehler ({kind}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>Another qnet setup is at work here, or waits for an answer.</source>
            <translation>Hier ist schon ein anderes qnet setup am Werk oder wartet auf eine Antwort.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>Another request waits for a password in its dialog. Answer or close that one first, then try it again.</source>
            <translation>Eine andere Anfrage wartet in ihrem Dialog auf ein Passwort. Zuerst dort antworten oder ihn schließen, dann noch einmal versuchen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>No right password was given, or you are not allowed to do this.</source>
            <translation>Es wurde kein richtiges Passwort angegeben, oder Sie dürfen das nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>Others ask the network helper for very much at the moment. Try it again in a moment.</source>
            <translation>Andere verlangen im Augenblick sehr viel vom Netzwerk-Helfer. Versuchen Sie es gleich noch einmal.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>Piece {number} of the answer is missing.</source>
            <translation>Stück {number} der Antwort fehlt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The agent in netvm answered with something that is not an answer. Restart netvm.</source>
            <translation>Der Agent in netvm hat etwas geantwortet, das keine Antwort ist. Starten Sie netvm neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The agent in netvm could not do it; its log says why.</source>
            <translation>Der Agent in netvm konnte es nicht tun; sein Protokoll sagt, warum.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The agent in netvm did not answer within {seconds} seconds. Restart qnet-agent in netvm, or restart netvm.</source>
            <translation>Der Agent in netvm hat nicht binnen {seconds} Sekunden geantwortet. Starten Sie qnet-agent in netvm neu, oder netvm selbst.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The agent in netvm does not tell what goes through it. It may be of an older version; else restart qnet-agent in netvm.</source>
            <translation>Der Agent in der netvm teilt nicht mit, was durch sie hindurchgeht. Vielleicht ist er von einer älteren Version; sonst starten Sie qnet-agent in der netvm neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The caller has gone.</source>
            <translation>Der Aufrufer ist verschwunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The helper's snapshot cannot be read ({why}).</source>
            <translation>Das Abbild des Helfers kann nicht gelesen werden ({why}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The netvm is being started or stopped by another qnet netvm.</source>
            <translation>Die netvm wird gerade von einem anderen qnet netvm gestartet oder beendet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper cannot be asked (no reason given).</source>
            <translation>Der Netzwerk-Helfer kann nicht gefragt werden (kein Grund genannt).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper cannot be asked ({why}).</source>
            <translation>Der Netzwerk-Helfer kann nicht gefragt werden ({why}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper does not answer.</source>
            <translation>Der Netzwerk-Helfer antwortet nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper failed unexpectedly; its log says why.</source>
            <translation>Der Netzwerk-Helfer ist unerwartet gescheitert; sein Protokoll sagt, warum.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper has stopped in the middle of this.</source>
            <translation>Der Netzwerk-Helfer hat mittendrin aufgehört.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper has stopped in the middle of this. It is back, and still putting things in order: {text}</source>
            <translation>Der Netzwerk-Helfer hat mittendrin aufgehört. Er ist wieder da und bringt noch alles in Ordnung: {text}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper has stopped in the middle of this. It is back: {text}</source>
            <translation>Der Netzwerk-Helfer hat mittendrin aufgehört. Er ist wieder da: {text}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper has stopped in the middle of this. It was not back after {seconds} seconds. Start it: sudo systemctl start qnet-helper. It then puts everything in order.</source>
            <translation>Der Netzwerk-Helfer hat mittendrin aufgehört. Nach {seconds} Sekunden war er nicht wieder da. Starten Sie ihn: sudo systemctl start qnet-helper. Er bringt dann alles in Ordnung.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper has stopped in the middle of this. When it is back, it puts everything in order.</source>
            <translation>Der Netzwerk-Helfer hat mittendrin aufgehört. Sobald er wieder läuft, bringt er alles in Ordnung.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper is not running.</source>
            <translation>Der Netzwerk-Helfer läuft nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper is of another version. Restart it.</source>
            <translation>Der Netzwerk-Helfer ist von einer anderen Version. Starten Sie ihn neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The network helper is still starting.</source>
            <translation>Der Netzwerk-Helfer startet noch.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The password was not given.</source>
            <translation>Das Passwort wurde nicht eingegeben.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>The system bus does not let you talk to the network helper.</source>
            <translation>Der System-Bus lässt Sie nicht mit dem Netzwerk-Helfer sprechen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>There is no such interface here.</source>
            <translation>Eine solche Schnittstelle gibt es hier nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>This needs a password, and the caller does not let anybody be asked for it.</source>
            <translation>Dafür braucht es ein Passwort, und der Aufrufer lässt nicht zu, dass jemand danach gefragt wird.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>This needs a password, and there is nobody who could be asked for it. Start a polkit agent in this session, or do it as root.</source>
            <translation>Dafür braucht es ein Passwort, und es ist niemand da, der danach gefragt werden könnte. In dieser Sitzung einen polkit-Agenten starten, oder es als root tun.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>Too many requests of yours wait for a password already. Answer or close those dialogs first.</source>
            <translation>Zu viele Ihrer Anfragen warten schon auf ein Passwort. Beantworten oder schließen Sie zuerst deren Dialoge.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>Very many requests of others wait for a password at the moment. Try it again in a moment.</source>
            <translation>Im Augenblick warten sehr viele Anfragen anderer auf ein Passwort. Versuchen Sie es gleich noch einmal.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>You are not allowed to do this.</source>
            <translation>Sie dürfen das nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>You have asked the network helper for too much at once. Wait until some of it is answered.</source>
            <translation>Sie haben vom Netzwerk-Helfer zu viel auf einmal verlangt. Warten Sie, bis ein Teil davon beantwortet ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>netvm has stopped.</source>
            <translation>netvm hat aufgehört zu laufen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>polkit does not answer, so nobody can be authorised.</source>
            <translation>polkit antwortet nicht, also kann niemand berechtigt werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>{user} is attaching a domain to the network. Wait until that is done.</source>
            <translation>{user} verbindet eine Domäne mit dem Netz. Warten Sie, bis das erledigt ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>{user} is choosing another netvm. Wait until that is done.</source>
            <translation>{user} wählt eine andere netvm. Warten Sie, bis das erledigt ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>{user} is connecting dom0 to the network. Wait until that is done.</source>
            <translation>{user} verbindet dom0 mit dem Netz. Warten Sie, bis das erledigt ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>{user} is cutting a domain off the network. Wait until that is done.</source>
            <translation>{user} trennt eine Domäne vom Netz. Warten Sie, bis das erledigt ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>{user} is disconnecting dom0 from the network. Wait until that is done.</source>
            <translation>{user} trennt dom0 vom Netz. Warten Sie, bis das erledigt ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>{user} is going on where the last helper stopped. Wait until that is done.</source>
            <translation>{user} macht weiter, wo der letzte Helfer aufgehört hat. Warten Sie, bis das erledigt ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/helper.py" />
            <source>{user} is starting or stopping the netvm. Wait until that is done.</source>
            <translation>{user} startet oder beendet gerade die netvm. Bitte warten, bis das fertig ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/isolation.py" />
            <source>a link that is not known</source>
            <translation>eine unbekannte Verbindung</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/isolation.py" />
            <source>has a default route through {links}</source>
            <translation>hat eine Standardroute über {links}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/isolation.py" />
            <source>has a route to {network} through {links}</source>
            <translation>hat eine Route zu {network} über {links}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/isolation.py" />
            <source>has the address {address} on {interface}</source>
            <translation>hat die Adresse {address} auf {interface}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/isolation.py" />
            <source>listens on {kind} {number}</source>
            <translation>lauscht auf {kind} {number}</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/messages/isolation.py" />
            <source>{count} more</source>
            <translation>
                <numerusform>{count} weitere</numerusform>
                <numerusform>{count} weitere</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/netvm_image.py" />
            <source>Another qnet netvm make is at work here.</source>
            <translation>Hier ist schon ein anderes qnet netvm make am Werk.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/netvm_image.py" />
            <source>There is no more room in {path}. What was made is taken away again.</source>
            <translation>In {path} ist kein Platz mehr. Was angelegt wurde, ist wieder entfernt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/netvm_image.py" />
            <source>What {name} was to be made of lacks: {names}.</source>
            <translation>Woraus {name} werden sollte, dem fehlt: {names}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/netvm_image.py" />
            <source>qnet netvm make has made no {name} here.</source>
            <translation>qnet netvm make hat hier kein {name} angelegt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/netvm_image.py" />
            <source>{name} is started at every boot. Take that back first: {command}</source>
            <translation>{name} wird bei jedem Start des Rechners gestartet. Nehmen Sie das erst zurück: {command}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/netvm_image.py" />
            <source>{name} is there as a domain. Stop it first: {command}</source>
            <translation>{name} gibt es als Domäne. Halten Sie sie erst an: {command}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/netvm_image.py" />
            <source>{path} is neither a folder with a root nor the image of an ext4 filesystem.</source>
            <translation>{path} ist weder ein Ordner mit einem Wurzelverzeichnis noch das Abbild eines ext4-Dateisystems.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/netvm_image.py" />
            <source>{path} is there already, and is not overwritten.</source>
            <translation>{path} gibt es schon und wird nicht überschrieben.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/netvm_image.py" />
            <source>{path} leads out of the root that it is in.</source>
            <translation>{path} führt aus dem Wurzelverzeichnis hinaus, in dem es liegt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>A route or a routing rule of another program in netvm leads astray what domains send or are sent.</source>
            <translation>Eine Route oder eine Routing-Regel eines anderen Programms in netvm leitet fehl, was Domänen senden oder für sie bestimmt ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Another program in netvm undoes again and again what qnet sets there.</source>
            <translation>Ein anderes Programm in der netvm macht immer wieder rückgängig, was qnet dort setzt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Another program's packet filter in netvm stops everything that domains send to the network, or all answers.</source>
            <translation>Der Paketfilter eines anderen Programms in netvm hält alles auf, was Domänen ins Netz senden, oder alle Antworten.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Change them with the tools of {manager}.</source>
            <translation>Ändern Sie sie mit den Werkzeugen von {manager}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Check that this is dom0 of a Xen host, and that xl list works.</source>
            <translation>Prüfen Sie, ob dies dom0 eines Xen-Rechners ist und ob xl list geht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Check that xenstored runs in dom0.</source>
            <translation>Prüfen Sie, ob xenstored in dom0 läuft.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Choose a separate netvm.</source>
            <translation>Wählen Sie eine eigene netvm.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Choose another pool in /etc/qnet/qnet.toml in dom0, away from that network's addresses, and restart the domains; or give the network's router other addresses. Until then neither reaches what both call the same.</source>
            <translation>Wählen Sie in dom0 in /etc/qnet/qnet.toml einen anderen Vorrat an Adressen (pool), abseits derer jenes Netzwerks, und starten Sie die Domänen neu; oder geben Sie dem Router jenes Netzwerks andere Adressen. Bis dahin erreicht keiner, was beide gleich nennen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Choose the connection again in the network applet, which makes NetworkManager take them (in netvm: nmcli connection up). If its settings say that the network's own are ignored, enter others there.</source>
            <translation>Wählen Sie die Verbindung im Netzwerk-Applet noch einmal, dann übernimmt NetworkManager sie (in netvm: nmcli connection up). Wenn ihre Einstellungen sagen, dass die des Netzes nicht beachtet werden, tragen Sie dort andere ein.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Enter name servers in the connection's settings in the network applet.</source>
            <translation>Tragen Sie Nameserver in den Einstellungen der Verbindung im Netzwerk-Applet ein.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Enter the name servers of the VPN in its settings, or end it.</source>
            <translation>Tragen Sie die Nameserver des VPN in seinen Einstellungen ein, oder beenden Sie es.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Find out which domain has very many (in netvm: conntrack -L), and end the program there that opens them. How many a domain may have at once is said by connections under [netvm] in /etc/qnet/qnet.toml in netvm.</source>
            <translation>Finden Sie heraus, welche Domäne sehr viele hat (in netvm: conntrack -L), und beenden Sie dort das Programm, das sie öffnet. Wie viele eine Domäne zugleich haben darf, sagt connections unter [netvm] in /etc/qnet/qnet.toml in netvm.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Find out who lets paused domains go on; until dom0 is disconnected, qnet pauses them each time.</source>
            <translation>Finden Sie heraus, wer angehaltene Domänen fortsetzt; bis dom0 getrennt ist, hält qnet sie jedes Mal wieder an.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Give it to netvm: sudo qnet netvm restart. Where netvm's configuration has a line pci=, name it there first; where netvm is started in another way, bind it to pciback (xl pci-assignable-add) before.</source>
            <translation>Geben Sie sie netvm: sudo qnet netvm restart. Wo die Konfiguration von netvm eine Zeile pci= hat, nennen Sie sie zuerst dort; wo netvm auf andere Weise gestartet wird, binden Sie sie vorher an pciback (xl pci-assignable-add).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Have that program pass on what comes from and goes to the interfaces vif* (vif+ in the words of iptables, firewalld and ufw), or stop it. In netvm, sudo nft list chains shows whose chains are at the hooks prerouting, forward and postrouting.</source>
            <translation>Lassen Sie jenes Programm durchlassen, was von den Schnittstellen vif* kommt und zu ihnen geht (vif+ in den Worten von iptables, firewalld und ufw), oder beenden Sie es. In netvm zeigt sudo nft list chains, wessen Ketten an den Haken prerouting, forward und postrouting hängen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>In netvm, sudo ip rule shows a rule: it has preference 0, and stands before those that look up qnet's own tables. Have that program give its rule a preference of 1 or more. Or sudo ip route shows a default route by a vif: delete it, and have that program leave vif* alone (dhcpcd by denyinterfaces).</source>
            <translation>In netvm zeigt sudo ip rule eine Regel: Sie hat den Vorrang 0 und steht vor denen, nach denen in den Tabellen von qnet selbst nachgesehen wird. Lassen Sie jenes Programm seiner Regel einen Vorrang von 1 oder mehr geben. Oder sudo ip route zeigt eine Standardroute über ein vif: Löschen Sie sie, und lassen Sie jenes Programm die vif* in Ruhe (dhcpcd mit denyinterfaces).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Install the same version in both, the netvm's in its template if it has one, and restart what is older: sudo systemctl restart qnet-agent in netvm, qnet-helper in dom0.</source>
            <translation>Installieren Sie in beiden dieselbe Version, für netvm in ihrer Vorlage, falls sie eine hat, und starten Sie neu, was älter ist: sudo systemctl restart qnet-agent in netvm, qnet-helper in dom0.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Let those go on that you have not paused yourself: in the list of domains, or with sudo xl unpause and the name.</source>
            <translation>Lassen Sie die weiterlaufen, die Sie nicht selbst angehalten haben: in der Liste der Domänen oder mit sudo xl unpause und dem Namen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Names do not resolve in domains: netvm asks a name server of its own, which answers nobody else.</source>
            <translation>Namen werden in Domänen nicht aufgelöst: netvm fragt einen eigenen Nameserver, der sonst niemandem antwortet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Names do not resolve in domains: netvm asks its name servers encrypted or at another port, as domains cannot.</source>
            <translation>Namen werden in Domänen nicht aufgelöst: netvm fragt seine Nameserver verschlüsselt oder an einem anderen Port, was Domänen nicht können.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Names do not resolve: NetworkManager was given name servers and uses none of them.</source>
            <translation>Namen werden nicht aufgelöst: NetworkManager hat Nameserver genannt bekommen und benutzt keinen davon.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Names do not resolve: the only name servers are outside of the VPN, where others could read what is asked.</source>
            <translation>Namen werden nicht aufgelöst: die einzigen Nameserver liegen außerhalb des VPN, wo andere mitlesen könnten, was gefragt wird.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Names do not resolve: the uplink gave no servers.</source>
            <translation>Namen werden nicht aufgelöst: Der Uplink hat keine Server genannt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>NetworkManager is not running in netvm.</source>
            <translation>NetworkManager läuft nicht in netvm.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Plug in a cable or choose a Wi-Fi network in the network applet.</source>
            <translation>Stecken Sie ein Kabel ein, oder wählen Sie im Netzwerk-Applet ein WLAN.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Restart it, or run qnet-guest in it. Where that is missing there, install the package qnet-guest and enable it (sudo systemctl enable --now qnet-guest).</source>
            <translation>Starten Sie sie neu, oder führen Sie qnet-guest in ihr aus. Fehlt es dort, installieren Sie das Paket qnet-guest und schalten Sie es ein (sudo systemctl enable --now qnet-guest).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Restart netvm.</source>
            <translation>Starten Sie netvm neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Restart qnet-agent in netvm, or restart netvm.</source>
            <translation>Starten Sie qnet-agent in netvm neu, oder netvm selbst.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>See hotplug-error of that vif, or the agent's log.</source>
            <translation>Sehen Sie in hotplug-error dieses Vifs nach oder im Protokoll des Agenten.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>See the agent's log in netvm.</source>
            <translation>Sehen Sie im Protokoll des Agenten in netvm nach.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>See under isolation in qnet status what it is, and stop the program that set it up.</source>
            <translation>Sehen Sie in qnet status unter isolation nach, was es ist, und beenden Sie das Programm, das es eingerichtet hat.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Start it there, or restart netvm.</source>
            <translation>Starten Sie ihn dort, oder starten Sie netvm neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Start it; until then no domain has a network.</source>
            <translation>Starten Sie sie; bis dahin hat keine Domäne ein Netz.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Start qnet-agent in netvm, or restart netvm.</source>
            <translation>Starten Sie qnet-agent in netvm, oder starten Sie netvm neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Switch on VT-d (Intel) or AMD-Vi (AMD) in the firmware's settings, take iommu=off and the like out of the options of Xen and of dom0's kernel, and restart; xl dmesg tells whether I/O virtualisation is enabled.</source>
            <translation>Schalten Sie VT-d (Intel) oder AMD-Vi (AMD) in den Einstellungen der Firmware ein, nehmen Sie iommu=off und Ähnliches aus den Optionen von Xen und vom Kernel von dom0, und starten Sie neu; xl dmesg sagt, ob I/O virtualisation enabled ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>The IOMMU is off, so netvm is not isolated: through its network card it can read and change all memory.</source>
            <translation>Die IOMMU ist aus, netvm ist also nicht abgeschottet: Über ihre Netzwerkkarte kann sie allen Speicher lesen und ändern.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>The agent in netvm does not answer.</source>
            <translation>Der Agent in netvm antwortet nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>The agent in netvm has stopped.</source>
            <translation>Der Agent in netvm läuft nicht mehr.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>The agent in netvm is of version {version} of qnet, and dom0's helper of version {value}.</source>
            <translation>Der Agent in netvm hat die Version {version} von qnet, der Helfer in dom0 die Version {value}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>The domains of this host belong to {manager}, so qnet only shows them.</source>
            <translation>Die Domänen dieses Rechners gehören {manager}, qnet zeigt sie daher nur.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>The helper keeps trying; if it does not succeed within a minute, pull the network cable, switch off Wi-Fi, and restart this computer, which puts everything back.</source>
            <translation>Der Helfer versucht es weiter; gelingt es ihm nicht binnen einer Minute, ziehen Sie das Netzwerkkabel, schalten Sie das WLAN aus und starten Sie diesen Rechner neu, was alles zurücksetzt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>The hypervisor's tools do not answer.</source>
            <translation>Die Werkzeuge des Hypervisors antworten nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>The network that netvm is connected to uses addresses that belong to this computer's domains.</source>
            <translation>Das Netzwerk, mit dem netvm verbunden ist, benutzt Adressen, die den Domänen dieses Rechners gehören.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>The vif {vif} was refused by netvm.</source>
            <translation>Das Vif {vif} wurde von netvm abgelehnt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>To let it answer the domains too, write local_resolver = true under [netvm] in /etc/qnet/qnet.toml in netvm, and restart qnet-agent there. Where it is systemd-resolved, write DNSStubListenerExtra=127.0.0.55 under [Resolve] in /etc/systemd/resolved.conf, too, and restart that. Or give netvm's connection another name server.</source>
            <translation>Damit er auch den Domänen antwortet, schreiben Sie in netvm in /etc/qnet/qnet.toml unter [netvm] local_resolver = true, und starten Sie dort qnet-agent neu. Ist es systemd-resolved, schreiben Sie außerdem in /etc/systemd/resolved.conf unter [Resolve] DNSStubListenerExtra=127.0.0.55, und starten Sie auch das neu. Oder geben Sie der Verbindung von netvm einen anderen Nameserver.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>To let the resolver in netvm answer the domains too, write local_resolver = true under [netvm] in /etc/qnet/qnet.toml there, where it is systemd-resolved also DNSStubListenerExtra=127.0.0.55 under [Resolve] in /etc/systemd/resolved.conf, and restart it and qnet-agent. Or give netvm's connection a name server that is asked in clear at port 53.</source>
            <translation>Damit der Resolver in netvm auch den Domänen antwortet, schreiben Sie dort in /etc/qnet/qnet.toml unter [netvm] local_resolver = true, ist es systemd-resolved, außerdem in /etc/systemd/resolved.conf unter [Resolve] DNSStubListenerExtra=127.0.0.55, und starten Sie ihn und qnet-agent neu. Oder geben Sie der Verbindung von netvm einen Nameserver, der unverschlüsselt an Port 53 gefragt wird.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Wait for netvm to finish starting, or start qnet-agent in it.</source>
            <translation>Warten Sie, bis netvm gestartet ist, oder starten Sie qnet-agent in ihr.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Where a disk is full, make room on it; where it can only be read, make it writable (sudo mount -o remount,rw, and where it is mounted: findmnt tells). The helper keeps trying.</source>
            <translation>Ist ein Datenträger voll, so schaffen Sie Platz; ist er nur lesbar, so machen Sie ihn beschreibbar (sudo mount -o remount,rw und wo er eingehängt ist: das sagt findmnt). Der Helfer versucht es weiter.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>Who was paused for dom0's last connection could not be read any more. It may be, and still be so: {names}.</source>
            <translation>Wer für die letzte Verbindung von dom0 angehalten wurde, war nicht mehr zu lesen. Es können diese sein, und sie können noch stehen: {names}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>dom0 could not be disconnected: it may still be connected to the network.</source>
            <translation>dom0 konnte nicht getrennt werden: Es ist vielleicht noch mit dem Netz verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>dom0 has a network although nobody connected it for an upgrade.</source>
            <translation>dom0 hat ein Netz, obwohl niemand es für eine Aktualisierung verbunden hat.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>dom0 has a network card of its own: {nics}.</source>
            <translation>dom0 hat eine eigene Netzwerkkarte: {nics}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>dom0 is disconnected, but not everything could be put back: {why}</source>
            <translation>dom0 ist getrennt, aber nicht alles konnte zurückgestellt werden: {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>dom0 is the netvm: its network drivers and stack can be attacked from outside.</source>
            <translation>dom0 ist die netvm: Seine Netzwerktreiber und sein Netzwerk-Stapel können von außen angegriffen werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>netvm could not load its packet filter.</source>
            <translation>netvm konnte ihren Paketfilter nicht laden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>netvm has no uplink.</source>
            <translation>netvm hat keinen Uplink.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>netvm is not running.</source>
            <translation>netvm läuft nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>netvm keeps almost as many connections as it can; soon no domain can begin another.</source>
            <translation>netvm hält fast so viele Verbindungen, wie es kann; bald kann keine Domäne mehr eine neue beginnen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>netvm runs, but its agent has not reported.</source>
            <translation>netvm läuft, aber ihr Agent hat sich nicht gemeldet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>netvm wrote values that are not valid; they were dropped.</source>
            <translation>netvm hat ungültige Werte geschrieben; sie wurden verworfen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>qnet doctor names it. Have that program leave qnet's own table, routes and addresses alone, or stop it.</source>
            <translation>qnet doctor nennt es. Sorgen Sie dafür, dass es die Tabelle, Routen und Adressen von qnet in Ruhe lässt, oder beenden Sie es.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>qnet netvm set {netvm} --move moves them to it.</source>
            <translation>qnet netvm set {netvm} --move verbindet sie mit ihr.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>qnet pauses them again and again; where that does not help, disconnect dom0.</source>
            <translation>qnet hält sie immer wieder an; hilft das nicht, trennen Sie dom0.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>xenstore does not answer.</source>
            <translation>xenstore antwortet nicht.</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>{count} domains are attached to other domains than {netvm}, the netvm: {names}.</source>
            <translation>
                <numerusform>{count} Domäne hängt an einer anderen Domäne als {netvm}, der Netz-VM: {names}.</numerusform>
                <numerusform>{count} Domänen hängen an anderen Domänen als {netvm}, der Netz-VM: {names}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>{count} domains run although dom0 is connected to the network: {names}.</source>
            <translation>
                <numerusform>{count} Domäne läuft, obwohl dom0 mit dem Netz verbunden ist: {names}.</numerusform>
                <numerusform>{count} Domänen laufen, obwohl dom0 mit dem Netz verbunden ist: {names}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>{count} domains were let go on while dom0 is connected, and have been paused again: {names}.</source>
            <translation>
                <numerusform>{count} Domäne wurde fortgesetzt, während dom0 verbunden ist, und ist wieder angehalten: {names}.</numerusform>
                <numerusform>{count} Domänen wurden fortgesetzt, während dom0 verbunden ist, und sind wieder angehalten: {names}.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/problems.py" />
            <source>{name} has no address.</source>
            <translation>{name} hat keine Adresse.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>On Xen the netvm's applet has a screen of its own. To see it, choose Network applet in qnet's tray, or: qnet applet</source>
            <translation>Unter Xen hat das Applet der netvm einen eigenen Bildschirm. Um ihn zu sehen, wählen Sie Netzwerk-Applet im Tray von qnet, oder: qnet applet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>On this host no domain's screen can be shown in dom0.</source>
            <translation>Auf diesem Rechner kann der Bildschirm keiner Domäne in dom0 gezeigt werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>The applet of qnet, which shows netvm's screen, does not answer.</source>
            <translation>Das Applet von qnet, das den Bildschirm der netvm zeigt, antwortet nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>The applet of qnet, which shows netvm's screen, does not run in this session. Start it: qnet-tray</source>
            <translation>Das Applet von qnet, das den Bildschirm der netvm zeigt, läuft in dieser Sitzung nicht. Starten Sie es: qnet-tray</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>What came as the picture is not sealed, read-only and of the size that was told, so it is not shown.</source>
            <translation>Was als Bild kam, ist nicht so, wie es sein muss (versiegelt, nur lesbar, von der angegebenen Größe), darum wird es nicht gezeigt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>qnet-display cannot be asked for the screen of {name}: {why}.</source>
            <translation>qnet-display kann nicht nach dem Bildschirm von {name} gefragt werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>qnet-display could not give a window onto the screen of {name}; its log says why.</source>
            <translation>qnet-display konnte den Bildschirm von {name} nicht für ein Fenster hergeben; warum, steht in seinem Protokoll.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>qnet-display did not answer within {seconds} s, so the screen of {name} is not seen.</source>
            <translation>qnet-display hat nicht innerhalb von {seconds} s geantwortet, darum ist der Bildschirm von {name} nicht zu sehen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>qnet-display has stopped for {name}, so its screen is not seen. Restart {name}.</source>
            <translation>qnet-display läuft für {name} nicht mehr, darum ist ihr Bildschirm nicht zu sehen. Starten Sie {name} neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>{name} has no screen yet. It may still be starting.</source>
            <translation>{name} hat noch keinen Bildschirm. Vielleicht startet sie noch.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>{name} is not the netvm, and only the netvm's screen is shown.</source>
            <translation>{name} ist nicht die netvm, und nur deren Bildschirm wird gezeigt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/screen.py" />
            <source>{name} was started without a screen. Give it one in its configuration (vfb, with qnet-display as its device model), and restart it.</source>
            <translation>{name} wurde ohne Bildschirm gestartet. Geben Sie ihr in ihrer Konfiguration einen (vfb, mit qnet-display als Gerätemodell), und starten Sie sie neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>Everything is as it was before.</source>
            <translation>Alles ist, wie es vorher war.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>It failed to {verb} the netvm, and has not said why. See: journalctl -b -u qnet-netvm</source>
            <translation>„qnet netvm {verb}“ ist fehlgeschlagen und hat nicht gesagt, warum. Siehe: journalctl -b -u qnet-netvm</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>It was interrupted.</source>
            <translation>Es wurde unterbrochen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>The IOMMU is off, and without it Xen gives no network card to netvm. Switch on VT-d (Intel) or AMD-Vi (AMD) in the firmware's settings, take iommu=off and the like out of the options of Xen and of dom0's kernel, and restart; xl dmesg tells whether I/O virtualisation is enabled. Where there is none, dom0 itself can be the netvm, which is strongly discouraged: qnet netvm set dom0, then systemctl enable --now qnet-agent.</source>
            <translation>Die IOMMU ist aus, und ohne sie gibt Xen der netvm keine Netzwerkkarte. Schalten Sie VT-d (Intel) oder AMD-Vi (AMD) in den Einstellungen der Firmware ein, nehmen Sie iommu=off und Ähnliches aus den Optionen von Xen und vom Kernel von dom0, und starten Sie neu; xl dmesg sagt, ob I/O virtualisation an ist. Wo es keine gibt, kann dom0 selbst die netvm sein, wovon dringend abgeraten wird: qnet netvm set dom0, dann systemctl enable --now qnet-agent.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>The agent in {name} did not report within {seconds} s. Is qnet-agent enabled in it?</source>
            <translation>Der Agent in {name} hat sich nicht binnen {seconds} s gemeldet. Ist qnet-agent in ihr eingeschaltet?</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>The domains of this host belong to {manager}, so qnet neither starts nor stops one. Use its tools.</source>
            <translation>Die Domänen dieses Rechners gehören {manager}, qnet startet oder beendet daher keine. Benutzen Sie dessen Werkzeuge.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>There is no PCI device {device}.</source>
            <translation>Es gibt kein PCI-Gerät {device}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>This is not dom0 of a Xen host; the netvm is started and stopped in dom0.</source>
            <translation>Dies ist nicht dom0 eines Xen-Rechners; die netvm wird in dom0 gestartet und beendet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>This must be done by root: sudo qnet netvm {verb}</source>
            <translation>Das muss root tun: sudo qnet netvm {verb}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>destroyed {name}</source>
            <translation>{name} abgebrochen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>destroyed {name}, which did not shut down</source>
            <translation>{name} abgebrochen, da sie nicht von selbst herunterfuhr</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>dom0 is the netvm, so there is no domain to be started or stopped. systemctl {verb} qnet-agent does it for dom0; qnet netvm set NAME chooses a separate netvm.</source>
            <translation>dom0 ist die netvm, es gibt also keine Domäne, die gestartet oder beendet werden könnte. Für dom0 tut das systemctl {verb} qnet-agent; qnet netvm set NAME wählt eine eigene netvm.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>dom0's kernel has no pciback: the module {module} cannot be loaded.</source>
            <translation>Der Kernel von dom0 hat kein pciback: Das Modul {module} kann nicht geladen werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>gave {device} back to dom0</source>
            <translation>{device} an dom0 zurückgegeben</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>gave {device} back to {driver}</source>
            <translation>{device} an {driver} zurückgegeben</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>made {interface} a part of {bridge} again</source>
            <translation>{interface} ist wieder ein Teil von {bridge}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>qnet netvm stop tries it again.</source>
            <translation>qnet netvm stop versucht es noch einmal.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>restarted {name}</source>
            <translation>{name} neu gestartet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>restarting {name}</source>
            <translation>{name} wird neu gestartet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>started {name}</source>
            <translation>{name} gestartet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>started {name} with {nics}</source>
            <translation>{name} mit {nics} gestartet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>started {name} without a network card</source>
            <translation>{name} ohne Netzwerkkarte gestartet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>starting {name}</source>
            <translation>{name} wird gestartet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>starting {name} with {nics}</source>
            <translation>{name} wird mit {nics} gestartet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>starting {name} without a network card</source>
            <translation>{name} wird ohne Netzwerkkarte gestartet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>stopped {name}</source>
            <translation>{name} beendet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>stopping {name}</source>
            <translation>{name} wird beendet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>taking {device} ({driver}) from dom0</source>
            <translation>{device} ({driver}) wird dom0 genommen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>taking {device} from dom0</source>
            <translation>{device} wird dom0 genommen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>the agent in {name} runs</source>
            <translation>der Agent in {name} läuft</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>took {device} ({driver}) from dom0</source>
            <translation>{device} ({driver}) dom0 genommen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>took {device} from dom0</source>
            <translation>{device} dom0 genommen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>waiting for the agent in {name}</source>
            <translation>Warten auf den Agenten in {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>xl did not take {device} from dom0.</source>
            <translation>xl hat dom0 {device} nicht genommen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>xl has made {name}, which then went away.</source>
            <translation>xl hat {name} gemacht, die dann verschwunden ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{device} could not be given back to {driver}.</source>
            <translation>{device} konnte nicht an {driver} zurückgegeben werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{device} is still held.</source>
            <translation>{device} wird noch festgehalten.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{device} is still in use by a domain.</source>
            <translation>{device} wird noch von einer Domäne benutzt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{interface} could not be made a part of {bridge} again: {why}</source>
            <translation>{interface} konnte nicht wieder zu einem Teil von {bridge} gemacht werden: {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{interface} has not come back yet, and {bridge} is without it.</source>
            <translation>{interface} ist noch nicht wieder da, und {bridge} ist ohne sie.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{name} could not be destroyed: {why}</source>
            <translation>{name} konnte nicht abgebrochen werden: {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{name} ended while it was starting; xl console and /var/log/xen tell why.</source>
            <translation>{name} endete, während sie startete; xl console und /var/log/xen sagen, warum.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{name} is not started: {why}</source>
            <translation>{name} ist nicht gestartet: {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{name} is paused. Unpause it: xl unpause {name}</source>
            <translation>{name} ist angehalten. Setzen Sie sie fort: xl unpause {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{name} is stopped.</source>
            <translation>{name} ist beendet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{name} runs already.</source>
            <translation>{name} läuft schon.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{name} runs.</source>
            <translation>{name} läuft.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{path} does not say what {name} boots from. Fill in its kernel and its disk.</source>
            <translation>{path} sagt nicht, wovon {name} startet. Tragen Sie ihren Kernel und ihre Festplatte ein.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{path} is not there. It is what xl is to make {name} of: see xl.cfg(5).</source>
            <translation>{path} ist nicht da. Daraus soll xl {name} machen: siehe xl.cfg(5).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/service.py" />
            <source>{path} is the configuration of {value}, and the netvm is {name}.</source>
            <translation>{path} ist die Konfiguration von {value}, und die netvm ist {name}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>Another tray was quicker.</source>
            <translation>Ein anderes Tray war schneller.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>It must run as root ({why}).</source>
            <translation>Es muss als root laufen ({why}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>Netlink events cannot be read: {why}.</source>
            <translation>Netlink-Ereignisse können nicht gelesen werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The display cannot be reached: {why}</source>
            <translation>Die Anzeige ist nicht zu erreichen: {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The icons of qnet are not installed; looked in {names}.</source>
            <translation>Die Symbole von qnet sind nicht installiert; gesucht wurde in {names}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel does not tell how much goes through its links: {why}.</source>
            <translation>Der Kernel teilt nicht mit, wie viel durch seine Netzwerkschnittstellen geht: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused a change of its routing rules: {why}.</source>
            <translation>Der Kernel hat eine Änderung seiner Routing-Regeln abgelehnt: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused a change of the routes to domains: {why}.</source>
            <translation>Der Kernel hat eine Änderung der Routen zu den Domains abgelehnt: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to add an address: {why}.</source>
            <translation>Der Kernel hat abgelehnt, eine Adresse hinzuzufügen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to remove a route: {why}.</source>
            <translation>Der Kernel hat abgelehnt, eine Route zu entfernen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to remove an address: {why}.</source>
            <translation>Der Kernel hat abgelehnt, eine Adresse zu entfernen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to serve a link: {why}.</source>
            <translation>Der Kernel hat abgelehnt, eine Schnittstelle zu bedienen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to set a link down: {why}.</source>
            <translation>Der Kernel hat abgelehnt, eine Schnittstelle herunterzunehmen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to set a link up: {why}.</source>
            <translation>Der Kernel hat abgelehnt, eine Schnittstelle hochzunehmen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to set an MTU: {why}.</source>
            <translation>Der Kernel hat abgelehnt, eine MTU zu setzen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to set the default route: {why}.</source>
            <translation>Der Kernel hat abgelehnt, die Standardroute zu setzen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to tell a link: {why}.</source>
            <translation>Der Kernel nannte keine Schnittstelle: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to tell a route: {why}.</source>
            <translation>Der Kernel nannte keine Route: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel refused to tell an MTU: {why}.</source>
            <translation>Der Kernel hat abgelehnt, eine MTU zu nennen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel setting net/{setting} cannot be set: {why}.</source>
            <translation>Die Kernel-Einstellung net/{setting} kann nicht gesetzt werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>The kernel settings cannot be watched: {why}.</source>
            <translation>Die Einstellungen des Kernels können nicht beobachtet werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>There is no display; start this where DISPLAY is set.</source>
            <translation>Es gibt keine Anzeige; starten Sie dies, wo DISPLAY gesetzt ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>There is no link {interface}.</source>
            <translation>Es gibt keine Schnittstelle {interface}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>There is no xenstore here: neither {path} nor {device} exists.</source>
            <translation>Hier gibt es keinen xenstore: weder {path} noch {device} ist da.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>There is no {interface}.</source>
            <translation>Es gibt kein {interface}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>This display has a tray already.</source>
            <translation>Diese Anzeige hat schon ein Tray.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>This session has no X display on which nm-applet could be shown.</source>
            <translation>Diese Sitzung hat keine X-Anzeige, auf der nm-applet zu sehen sein könnte.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>nftables refused a change: {value}.</source>
            <translation>nftables hat eine Änderung abgelehnt: {value}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>systemd does not run here, so {name} cannot be started by it.</source>
            <translation>systemd läuft hier nicht, also kann es {name} nicht starten.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore answered a request that was not asked.</source>
            <translation>xenstore hat auf etwas geantwortet, das nicht gefragt war.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore at {path} cannot be reached: {why}.</source>
            <translation>xenstore unter {path} ist nicht zu erreichen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore did not answer within {seconds} s.</source>
            <translation>xenstore hat nicht binnen {seconds} s geantwortet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore dropped the connection ({why}).</source>
            <translation>xenstore hat die Verbindung fallen lassen ({why}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore failed at {path}: {why}.</source>
            <translation>xenstore ist bei {path} gescheitert: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore failed: {value}.</source>
            <translation>xenstore ist gescheitert: {value}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore is not connected.</source>
            <translation>xenstore ist nicht verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore is too busy: a transaction failed again and again.</source>
            <translation>xenstore ist überlastet: Eine Transaktion ist immer wieder gescheitert.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore refused {path}: {why}.</source>
            <translation>xenstore hat {path} verweigert: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>xenstore sent a message that is too long.</source>
            <translation>xenstore hat eine Nachricht geschickt, die zu lang ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{name} was not started: {why}</source>
            <translation>{name} wurde nicht gestartet: {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} cannot be kept: {why}.</source>
            <translation>{path} kann nicht aufgehoben werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} cannot be made: {why}.</source>
            <translation>{path} kann nicht angelegt werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} cannot be put back: {why}.</source>
            <translation>{path} kann nicht zurückgesetzt werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} cannot be read: it is not UTF-8.</source>
            <translation>{path} kann nicht gelesen werden: Es ist kein UTF-8.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} cannot be read: it is not a file.</source>
            <translation>{path} kann nicht gelesen werden: Es ist keine Datei.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} cannot be read: its links go in a circle.</source>
            <translation>{path} kann nicht gelesen werden: Die Verweise führen im Kreis.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} cannot be read: {why}.</source>
            <translation>{path} kann nicht gelesen werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} cannot be removed: {why}.</source>
            <translation>{path} kann nicht entfernt werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} cannot be written: {why}.</source>
            <translation>{path} kann nicht geschrieben werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} has been changed meanwhile, so it is left as it is.</source>
            <translation>{path} wurde inzwischen geändert und bleibt daher, wie es ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} in xenstore changes too fast to be listed.</source>
            <translation>{path} in xenstore ändert sich zu schnell, um aufgelistet zu werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} or its value cannot be stored: it is not ASCII.</source>
            <translation>{path} oder sein Wert kann nicht gespeichert werden: Es ist kein ASCII.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{path} or the domain it is for does not exist.</source>
            <translation>{path} oder die Domäne, für die es ist, gibt es nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{program} cannot be run: {why}.</source>
            <translation>{program} kann nicht ausgeführt werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{program} did not end within {seconds} s.</source>
            <translation>{program} kam binnen {seconds} s nicht zum Ende.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{program} failed: status {number}.</source>
            <translation>{program} ist gescheitert: Status {number}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{program} failed: {why}.</source>
            <translation>{program} ist gescheitert: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/system.py" />
            <source>{program} is not installed here.</source>
            <translation>{program} ist hier nicht installiert.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>Another program keeps taking dom0's packet filter away.</source>
            <translation>Ein anderes Programm entfernt immer wieder den Paketfilter von dom0.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>IPv6 cannot be switched off on {interface}: {why}.</source>
            <translation>IPv6 kann auf {interface} nicht ausgeschaltet werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>It could not be put back: {why} To see how it is: qnet dom0 status</source>
            <translation>Es konnte nicht zurückgesetzt werden: {why} Wie es steht, sagt: qnet dom0 status</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>PackageKit is not installed here. Connect dom0 with qnet dom0 up, and run the system's own upgrade in a terminal.</source>
            <translation>PackageKit ist hier nicht installiert. Verbinden Sie dom0 mit qnet dom0 up, und aktualisieren Sie das System in einem Terminal.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>The journal has other fields than it should.</source>
            <translation>Das Journal hat andere Felder, als es sollte.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>The journal is not one: {kind}.</source>
            <translation>Das Journal ist keines: {kind}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>The kernel does not tell its links, addresses or routes (error {number}).</source>
            <translation>Der Kernel nennt seine Schnittstellen, Adressen oder Routen nicht (Fehler {number}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>The netvm did not serve dom0's card in time.</source>
            <translation>Die netvm hat die Karte von dom0 nicht rechtzeitig bedient.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>The netvm has gone.</source>
            <translation>Die netvm ist verschwunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>The netvm refused dom0's card: it did not say why.</source>
            <translation>Die netvm hat die Karte von dom0 abgelehnt, ohne einen Grund zu nennen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>The netvm refused dom0's card: {why}.</source>
            <translation>Die netvm hat die Karte von dom0 abgelehnt: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>The network helper had ended while dom0 was connected.</source>
            <translation>Der Netzwerk-Helfer war beendet worden, während dom0 verbunden war.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>The time is over.</source>
            <translation>Die Zeit ist um.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>There is something else in the journal's place.</source>
            <translation>Am Platz des Journals ist etwas anderes.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>attached dom0 to the netvm ({interface})</source>
            <translation>dom0 mit der netvm verbunden ({interface})</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>attaching dom0 to the netvm</source>
            <translation>dom0 wird mit der netvm verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>closed dom0 to the netvm but for what an upgrade needs</source>
            <translation>dom0 gegenüber der netvm geschlossen, außer für das, was eine Aktualisierung braucht</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>closed the way</source>
            <translation>den Weg geschlossen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>closing dom0 but for what an upgrade needs</source>
            <translation>dom0 wird geschlossen, außer für das, was eine Aktualisierung braucht</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>detached dom0 from the netvm</source>
            <translation>dom0 von der netvm getrennt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 can be connected for 1 to {high} minutes, not for {minutes}.</source>
            <translation>dom0 kann für 1 bis {high} Minuten verbunden werden, nicht für {minutes}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 can be disconnected at a time within the next {high} minutes, which {until} is not.</source>
            <translation>dom0 kann zu einer Zeit in den nächsten {high} Minuten getrennt werden; {until} liegt nicht darin.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 could not be disconnected: {why} qnet keeps trying.</source>
            <translation>dom0 konnte nicht getrennt werden: {why} qnet versucht es weiter.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 is connected to the network already.</source>
            <translation>dom0 ist schon mit dem Netz verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 is connected to the network until {until}. Paused: no domain.</source>
            <translation>dom0 ist bis {until} mit dem Netz verbunden. Angehalten: keine Domäne.</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 is connected to the network until {until}. Paused: {count} domains: {names}.</source>
            <translation>
                <numerusform>dom0 ist bis {until} mit dem Netz verbunden. Angehalten: {count} Domäne: {names}.</numerusform>
                <numerusform>dom0 ist bis {until} mit dem Netz verbunden. Angehalten: {count} Domänen: {names}.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 is disconnected from the network, as it should be.</source>
            <translation>dom0 ist vom Netz getrennt, wie es sein soll.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 is disconnected from the network, but not everything could be put back: {why} qnet keeps trying.</source>
            <translation>dom0 ist vom Netz getrennt, aber nicht alles konnte zurückgestellt werden: {why} qnet versucht es weiter.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 is disconnected from the network. Who was paused for it could not be read any more. It may be, and still be so: {names}.</source>
            <translation>dom0 ist vom Netz getrennt. Wer dafür angehalten wurde, war nicht mehr zu lesen. Es können diese sein, und sie können noch stehen: {names}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 is not connected to the network.</source>
            <translation>dom0 ist nicht mit dem Netz verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 is the netvm and has the network already. Choose a separate netvm to have it without.</source>
            <translation>dom0 ist die netvm und hat das Netz schon. Wählen Sie eine eigene netvm, damit es keines hat.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0 stays connected to the network until its deadline.</source>
            <translation>dom0 bleibt bis zu seiner Frist mit dem Netz verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0's addresses and routes cannot be read: no answer.</source>
            <translation>Die Adressen und Routen von dom0 können nicht gelesen werden: keine Antwort.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0's addresses and routes cannot be read: {why}.</source>
            <translation>Die Adressen und Routen von dom0 können nicht gelesen werden: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0's card did not appear. Is the module xen-netfront loaded?</source>
            <translation>Die Karte von dom0 ist nicht erschienen. Ist das Modul xen-netfront geladen?</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0's card did not go away.</source>
            <translation>Die Karte von dom0 ist nicht verschwunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0's card has gone.</source>
            <translation>Die Karte von dom0 ist verschwunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>dom0's routes cannot be read.</source>
            <translation>Die Routen von dom0 können nicht gelesen werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>gave dom0 the address {address}</source>
            <translation>dom0 hat die Adresse {address} bekommen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>giving dom0 its address</source>
            <translation>dom0 bekommt seine Adresse</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>opened the way</source>
            <translation>den Weg geöffnet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>opening the way</source>
            <translation>der Weg wird geöffnet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>paused no domain</source>
            <translation>keine Domäne angehalten</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>paused {count} domains: {names}</source>
            <translation>
                <numerusform>{count} Domäne angehalten: {names}</numerusform>
                <numerusform>{count} Domänen angehalten: {names}</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>pausing the other domains</source>
            <translation>die anderen Domänen werden angehalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>put back {path}</source>
            <translation>{path} zurückgesetzt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>removed dom0's packet filter</source>
            <translation>Paketfilter von dom0 entfernt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>resumed no domain</source>
            <translation>keine Domäne fortgesetzt</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>resumed {count} domains: {names}</source>
            <translation>
                <numerusform>{count} Domäne fortgesetzt: {names}</numerusform>
                <numerusform>{count} Domänen fortgesetzt: {names}</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>telling dom0 its name servers</source>
            <translation>dom0 erfährt seine Nameserver</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>told dom0 its name servers: {servers}</source>
            <translation>dom0 hat seine Nameserver erfahren: {servers}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>took dom0's address</source>
            <translation>dom0 seine Adresse genommen</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>{count} domains cannot be paused and run all the same: {names}.</source>
            <translation>
                <numerusform>{count} Domäne lässt sich nicht anhalten und läuft trotzdem: {names}.</numerusform>
                <numerusform>{count} Domänen lassen sich nicht anhalten und laufen trotzdem: {names}.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>{user} wants dom0 disconnected.</source>
            <translation>{user} will dom0 getrennt haben.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>{why} Everything has been put back.</source>
            <translation>{why} Alles ist wieder, wie es war.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/upgrade.py" />
            <source>{why} dom0 is disconnected from the network.</source>
            <translation>{why} dom0 ist vom Netz getrennt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>It is not TOML: {why}.</source>
            <translation>Es ist kein TOML: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>It is written in a way that cannot be changed by machine. Write netvm = "{name}" below [dom0].</source>
            <translation>Es ist so geschrieben, dass es nicht maschinell geändert werden kann. Schreiben Sie netvm = "{name}" unter [dom0].</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>Only one can go to the standard output: JSON, or one picture.</source>
            <translation>Nur eines kann auf die Standardausgabe: JSON oder ein Bild.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>That is not the cookie of a display.</source>
            <translation>Das ist nicht der Schlüssel (Cookie) einer Anzeige.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>With --json nobody is asked whether it is to be done. To say so: --yes</source>
            <translation>Mit --json wird niemand gefragt, ob es geschehen soll. Um das zu sagen: --yes</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>network.gateway and the two of network.dns must be three different addresses.</source>
            <translation>network.gateway und die beiden von network.dns müssen drei verschiedene Adressen sein.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{address} is a multicast MAC address.</source>
            <translation>{address} ist eine Multicast-MAC-Adresse.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{address} is not the address of a host.</source>
            <translation>{address} ist keine Adresse, die ein Rechner haben kann.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key} has a port twice.</source>
            <translation>{key} hat einen Port zweimal.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key} is not known; [{section}] has {names}.</source>
            <translation>{key} ist nicht bekannt; [{section}] hat {names}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key} is {value}, which it cannot be.</source>
            <translation>{key} ist {value}, was nicht sein kann.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key} must be a list of two addresses, not {value}.</source>
            <translation>{key} muss eine Liste von zwei Adressen sein, nicht {value}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key} must be a list of up to {high} ports, not {value}.</source>
            <translation>{key} muss eine Liste von bis zu {high} Ports sein, nicht {value}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key} must be a text in quotes, not {value}.</source>
            <translation>{key} muss ein Text in Anführungszeichen sein, nicht {value}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key}: {pool} has no addresses for domains.</source>
            <translation>{key}: {pool} hat keine Adressen für Domänen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key}: {pool} must be a network between /8 and /30.</source>
            <translation>{key}: {pool} muss ein Netz zwischen /8 und /30 sein.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key}: {value} is neither true nor false.</source>
            <translation>{key}: {value} ist weder true noch false.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key}: {value} is no colour of a label; there are {names}.</source>
            <translation>{key}: {value} ist keine Farbe einer Marke; es gibt {names}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key}: {value} is no port such as "tcp/22" or "udp/5353".</source>
            <translation>{key}: {value} ist kein Port wie „tcp/22“ oder „udp/5353“.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key}: {value} is no size such as 1024x768, of at most {high} pixels on a side.</source>
            <translation>{key}: {value} ist keine Größe wie 1024x768, mit höchstens {high} Pixeln auf einer Seite.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key}: {value} is not a network such as 10.137.0.0/16.</source>
            <translation>{key}: {value} ist kein Netz wie etwa 10.137.0.0/16.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{key}: {value} is not a whole number between {low} and {high}.</source>
            <translation>{key}: {value} ist keine ganze Zahl zwischen {low} und {high}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{number} is not a count between {low} and {high}.</source>
            <translation>{number} ist keine Anzahl zwischen {low} und {high}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{number} is not a device number between {low} and {high}.</source>
            <translation>{number} ist keine Nummer eines Geräts zwischen {low} und {high}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{number} is not a domain id between {low} and {high}.</source>
            <translation>{number} ist keine Nummer einer Domäne zwischen {low} und {high}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{number} is not a number between {low} and {high}.</source>
            <translation>{number} ist keine Zahl zwischen {low} und {high}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{section} must be a section: [{section}].</source>
            <translation>{section} muss ein Abschnitt sein: [{section}].</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} are not route flags.</source>
            <translation>{value} sind keine Kennzeichen einer Route.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} has an address that is not one.</source>
            <translation>{value} hat eine Adresse, die keine ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} has characters that are not printable ASCII.</source>
            <translation>{value} hat Zeichen, die kein druckbares ASCII sind.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} has no IPv4 address.</source>
            <translation>{value} hat keine IPv4-Adresse.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is longer than {high} characters.</source>
            <translation>{value} ist länger als {high} Zeichen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is no repair.</source>
            <translation>{value} ist keine Reparatur.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not ASCII.</source>
            <translation>{value} ist kein ASCII.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a MAC address.</source>
            <translation>{value} ist keine MAC-Adresse.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a UUID.</source>
            <translation>{value} ist keine UUID.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a count.</source>
            <translation>{value} ist keine Anzahl.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a device number.</source>
            <translation>{value} ist keine Nummer eines Geräts.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a display of this machine.</source>
            <translation>{value} ist keine Anzeige dieses Rechners.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a domain id.</source>
            <translation>{value} ist keine Nummer einer Domäne.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a domain name.</source>
            <translation>{value} ist kein Name einer Domäne.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a network interface name.</source>
            <translation>{value} ist kein Name einer Netzwerk-Schnittstelle.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a network such as 10.137.0.0/16.</source>
            <translation>{value} ist kein Netzwerk wie 10.137.0.0/16.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a number.</source>
            <translation>{value} ist keine Zahl.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a routing table row.</source>
            <translation>{value} ist keine Zeile einer Routing-Tabelle.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not a vif name.</source>
            <translation>{value} ist kein Name eines Vifs.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not an IPv4 address.</source>
            <translation>{value} ist keine IPv4-Adresse.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not known; the sections are {names}.</source>
            <translation>{value} ist nicht bekannt; die Abschnitte sind {names}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not the address of a PCI device.</source>
            <translation>{value} ist keine Adresse eines PCI-Geräts.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not the path of a vif.</source>
            <translation>{value} ist nicht der Pfad eines Vifs.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/values.py" />
            <source>{value} is not valid.</source>
            <translation>{value} ist nicht gültig.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>Acting in a lab needs root: sudo qnet --lab {lab} …</source>
            <translation>In einem Labor zu handeln braucht root: sudo qnet --lab {lab} …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>The domains of this host belong to {manager}, so qnet does not attach cards to them. Use the tools of {manager}.</source>
            <translation>Die Domänen dieses Rechners gehören {manager}, qnet gibt ihnen daher keine Karten. Benutzen Sie die Werkzeuge von {manager}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>The domains of this host belong to {manager}, so qnet does not detach cards from them. Use the tools of {manager}.</source>
            <translation>Die Domänen dieses Rechners gehören {manager}, qnet nimmt ihnen daher keine Karten. Benutzen Sie die Werkzeuge von {manager}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>The domains of this host belong to {manager}, so qnet does not pause them. Use the tools of {manager}.</source>
            <translation>Die Domänen dieses Rechners gehören {manager}, qnet hält sie daher nicht an. Benutzen Sie die Werkzeuge von {manager}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>The domains of this host belong to {manager}, so qnet does not resume them. Use the tools of {manager}.</source>
            <translation>Die Domänen dieses Rechners gehören {manager}, qnet setzt sie daher nicht fort. Benutzen Sie die Werkzeuge von {manager}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>The lab's machine cannot be reached: {why}.</source>
            <translation>Die Maschine des Labors ist nicht zu erreichen: {why}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>The lab's machine did not answer within {seconds} s ({command}).</source>
            <translation>Die Maschine des Labors hat nicht binnen {seconds} s geantwortet ({command}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>The lab's machine dropped the connection ({command}).</source>
            <translation>Die Maschine des Labors hat die Verbindung fallen lassen ({command}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>There is no domain {id}.</source>
            <translation>Es gibt keine Domäne {id}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>There is no hypervisor here. qnet-helper runs in dom0 only.</source>
            <translation>Hier gibt es keinen Hypervisor. qnet-helper läuft nur in dom0.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>xl has attached a card, which then went away.</source>
            <translation>xl hat eine Karte angehängt, die dann verschwunden ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>xl list cannot be understood: {value}.</source>
            <translation>xl list ist nicht zu verstehen: {value}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/messages/xen.py" />
            <source>xl list cannot be understood: {why}</source>
            <translation>xl list ist nicht zu verstehen: {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/preflight.py" />
            <source>Names do not resolve at present, so an upgrade will hardly find its servers.</source>
            <translation>Namen werden zurzeit nicht aufgelöst, eine Aktualisierung wird ihre Server also kaum finden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/preflight.py" />
            <source>names</source>
            <translation>Namen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/preflight.py" />
            <source>nothing</source>
            <translation>nichts</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/preflight.py" />
            <source>{count} minutes</source>
            <translation>
                <numerusform>{count} Minute</numerusform>
                <numerusform>{count} Minuten</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/preflight.py" />
            <source>{names} and {last}</source>
            <translation>{names} und {last}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>Connected ({where}).</source>
            <translation>Verbunden ({where}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>Connected by cable ({where}).</source>
            <translation>Über Kabel verbunden ({where}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>Connected through VPN {name}.</source>
            <translation>Über das VPN {name} verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>Connected to {name} by Wi-Fi ({where}).</source>
            <translation>Über WLAN mit {name} verbunden ({where}).</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>Connected, but names do not resolve: the uplink gave no servers.</source>
            <translation>Verbunden, aber Namen werden nicht aufgelöst: Der Uplink hat keine Server genannt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>Connecting {name}…</source>
            <translation>{name} wird verbunden …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>The network helper and this applet are of different versions.</source>
            <translation>Der Netzwerk-Helfer und dieses Applet sind von verschiedenen Versionen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>a hidden network</source>
            <translation>einem versteckten Netz</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{count} domains are paused.</source>
            <translation>
                <numerusform>{count} Domäne ist angehalten.</numerusform>
                <numerusform>{count} Domänen sind angehalten.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{count} problems: {problem}</source>
            <translation>
                <numerusform>{count} Problem: {problem}</numerusform>
                <numerusform>{count} Probleme: {problem}</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{name} (VPN)</source>
            <translation>{name} (VPN)</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{name} (Wi-Fi)</source>
            <translation>{name} (WLAN)</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{name} (cable)</source>
            <translation>{name} (Kabel)</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{name} has no uplink.</source>
            <translation>{name} hat keinen Uplink.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{name} is not running. Domains have no network.</source>
            <translation>{name} läuft nicht. Die Domänen haben kein Netz.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{name} is paused. Domains have no network.</source>
            <translation>{name} ist angehalten. Die Domänen haben kein Netz.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{name} is starting…</source>
            <translation>{name} startet …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{name} is the netvm, but no agent has reported from it.</source>
            <translation>{name} ist die netvm, aber aus ihm hat sich kein Agent gemeldet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/sentence.py" />
            <source>{name} runs, but its agent has not reported.</source>
            <translation>{name} läuft, aber ihr Agent hat sich nicht gemeldet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/model/traffic.py" />
            <source>1.5 kB</source>
            <translation>1,5 kB</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>Internet</source>
            <translation>Internet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>VPN</source>
            <translation>VPN</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>Wi-Fi</source>
            <translation>WLAN</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>a netvm</source>
            <translation>eine netvm</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>cable</source>
            <translation>Kabel</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>has a network</source>
            <translation>hat ein Netz</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>isolated</source>
            <translation>isoliert</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>may be connected</source>
            <translation>vielleicht verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>mobile network</source>
            <translation>Mobilfunk</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>not in use</source>
            <translation>nicht in Gebrauch</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>out of reach</source>
            <translation>nicht erreichbar</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>paused, no network</source>
            <translation>angehalten, kein Netz</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>the netvm</source>
            <translation>die netvm</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>through {name}</source>
            <translation>über {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>waits for {name}</source>
            <translation>wartet auf {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>within reach</source>
            <translation>erreichbar</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/netmap/graph.py" />
            <source>{count} domains go through it</source>
            <translation>
                <numerusform>{count} Domäne geht über sie</numerusform>
                <numerusform>{count} Domänen gehen über sie</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/netmap/plan.py" />
            <source>{count} through {name}</source>
            <translation>
                <numerusform>{count} über {name}</numerusform>
                <numerusform>{count} über {name}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/netmap/plan.py" />
            <source>{count} without a network</source>
            <translation>
                <numerusform>{count} ohne Netz</numerusform>
                <numerusform>{count} ohne Netz</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/rates.py" />
            <source>idle</source>
            <translation>kein Verkehr</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/rates.py" />
            <source>{down} down, {up} up</source>
            <translation>{down} herunter, {up} hinauf</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/svg.py" />
            <source>Who goes through whom</source>
            <translation>Wer über wen ins Netz geht</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/netmap/tree.py" />
            <source>Apart from it:</source>
            <translation>Nicht daran:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/notifier.py" />
            <source>Another {minutes}</source>
            <translation>Weitere {minutes}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/notifier.py" />
            <source>Disconnect now</source>
            <translation>Jetzt trennen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/notifier.py" />
            <source>Name servers</source>
            <translation>Nameserver</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/notifier.py" />
            <source>Network settings</source>
            <translation>Netzwerkeinstellungen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/notifier.py" />
            <source>Start the netvm</source>
            <translation>netvm starten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/notifier.py" />
            <source>Status</source>
            <translation>Status</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/notifier.py" />
            <source>Upgrade networking</source>
            <translation>Netz für Aktualisierungen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/terminal.py" />
            <source>The command that upgrades this system is not known. Enter it in the settings.</source>
            <translation>Der Befehl, der dieses System aktualisiert, ist nicht bekannt. Tragen Sie ihn in den Einstellungen ein.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/terminal.py" />
            <source>The upgrade has ended. Press Enter to close this window.</source>
            <translation>Die Aktualisierung ist zu Ende. Die Eingabetaste schließt dieses Fenster.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/desktop/terminal.py" />
            <source>There is no terminal here. Run this in one: {command}</source>
            <translation>Hier gibt es kein Terminal. Führen Sie dies in einem aus: {command}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/netvm_screen/screen.py" />
            <source>Another window has the screen of {name} now.</source>
            <translation>Ein anderes Fenster hat jetzt den Bildschirm von {name}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/netvm_screen/screen.py" />
            <source>Asking for the screen of {name}…</source>
            <translation>Der Bildschirm von {name} wird angefragt …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/netvm_screen/screen.py" />
            <source>Screen of {name}</source>
            <translation>Bildschirm von {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/netvm_screen/screen.py" />
            <source>The screen of {name} has gone. It is asked for again.</source>
            <translation>Der Bildschirm von {name} ist weg. Er wird erneut angefragt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/netvm_screen/screen.py" />
            <source>{name} is not running. Its screen comes when it does.</source>
            <translation>{name} läuft nicht. Ihr Bildschirm kommt, sobald sie läuft.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/netvm_screen/screen.py" />
            <source>{name} is paused. Its screen comes when it goes on.</source>
            <translation>{name} ist angehalten. Ihr Bildschirm kommt, sobald sie weiterläuft.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/netvm_screen/screen.py" />
            <source>{name} is starting. Its screen comes by itself.</source>
            <translation>{name} startet. Ihr Bildschirm kommt von selbst.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Address</source>
            <translation>Adresse</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Attach to the network</source>
            <translation>Mit dem Netz verbinden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Cut off the network</source>
            <translation>Vom Netz trennen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Domain</source>
            <translation>Domäne</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Id</source>
            <translation>Nr.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>It is ending.</source>
            <translation>Sie wird gerade beendet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>It is no domain that could serve others.</source>
            <translation>Diese Domäne kann andere nicht bedienen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Make it the netvm…</source>
            <translation>Zur netvm machen …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>No other domain is running.</source>
            <translation>Es läuft keine andere Domäne.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Pause</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Select a domain first.</source>
            <translation>Wählen Sie erst eine Domäne aus.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Select one domain only.</source>
            <translation>Wählen Sie nur eine Domäne aus.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>State</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Through</source>
            <translation>Über</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Unpause</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>Vif</source>
            <translation>Vif</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>ending</source>
            <translation>endet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>paused</source>
            <translation>angehalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>running</source>
            <translation>läuft</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/tray/pages/domains.py" />
            <source>{through} of {count} domains have a network</source>
            <translation>
                <numerusform>{through} von {count} Domäne hat ein Netz</numerusform>
                <numerusform>{through} von {count} Domänen haben ein Netz</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/line.py" />
            <source>done</source>
            <translation>erledigt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/line.py" />
            <source>failed</source>
            <translation>fehlgeschlagen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/line.py" />
            <source>note</source>
            <translation>Hinweis</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/line.py" />
            <source>taken back</source>
            <translation>zurückgenommen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/line.py" />
            <source>to do</source>
            <translation>steht aus</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/line.py" />
            <source>under way</source>
            <translation>im Gange</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/line.py" />
            <source>warning</source>
            <translation>Warnung</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/log.py" />
            <source>Nothing has happened yet. What happens while this program runs is kept for a week.</source>
            <translation>Noch ist nichts geschehen. Was geschieht, während dieses Programm läuft, wird eine Woche lang aufbewahrt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/log.py" />
            <source>What</source>
            <translation>Was</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/log.py" />
            <source>What happened since this program began, and cannot be kept.</source>
            <translation>Was geschah, seit dieses Programm läuft; es kann nicht aufbewahrt werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/log.py" />
            <source>What happened while this program ran, for a week.</source>
            <translation>Was geschah, während dieses Programm lief, eine Woche lang.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/log.py" />
            <source>When</source>
            <translation>Wann</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>A domain that asks another server by its own address reaches that one.</source>
            <translation>Eine Domäne, die einen anderen Server unter dessen eigener Adresse fragt, erreicht diesen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>Answers</source>
            <translation>Antwortet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>Domains ask</source>
            <translation>Domänen fragen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>Domains ask the addresses at the left; what they ask them goes to those beside them.</source>
            <translation>Domänen fragen die Adressen links; was sie dort fragen, geht an die daneben.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>From</source>
            <translation>Von</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>Nothing is redirected: names do not resolve.</source>
            <translation>Nichts wird umgeleitet: Namen werden nicht aufgelöst.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>Redirected to</source>
            <translation>Umgeleitet an</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>Tested at {time}.</source>
            <translation>Geprüft um {time}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>after {count} ms</source>
            <translation>nach {count} ms</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>cannot be asked</source>
            <translation>kann nicht gefragt werden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/names.py" />
            <source>does not answer</source>
            <translation>antwortet nicht</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/netvm.py" />
            <source>Restart…</source>
            <translation>Neu starten …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/netvm.py" />
            <source>Start</source>
            <translation>Starten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/netvm.py" />
            <source>Stop…</source>
            <translation>Beenden …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/netvm.py" />
            <source>Without a network then: {names}.</source>
            <translation>Ohne Netzwerk sind dann: {names}.</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/tray/pages/netvm.py" />
            <source>{count} domains have no network then.</source>
            <translation>
                <numerusform>{count} Domäne hat dann kein Netzwerk.</numerusform>
                <numerusform>{count} Domänen haben dann kein Netzwerk.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>Isolation:</source>
            <translation>Abschottung:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>Name servers:</source>
            <translation>Nameserver:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>Network domain:</source>
            <translation>Netz-Domäne:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>Nothing is known of the network. What netvm does for domains goes on.</source>
            <translation>Über das Netz ist nichts bekannt. Was netvm für die Domänen tut, geht weiter.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>Start the helper: sudo systemctl start qnet-helper.</source>
            <translation>Starten Sie den Helfer: sudo systemctl start qnet-helper.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>The IOMMU is off.</source>
            <translation>Die IOMMU ist aus.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>The IOMMU is on: netvm's card reaches netvm's memory only.</source>
            <translation>Die IOMMU ist an: Die Karte von netvm erreicht nur den Speicher von netvm.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>Uplinks:</source>
            <translation>Uplinks:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>Whether the IOMMU is on is not known.</source>
            <translation>Ob die IOMMU an ist, ist nicht bekannt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>Without a network: {domains}.</source>
            <translation>Ohne Netz: {domains}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>connecting</source>
            <translation>wird verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>dom0 has network cards of its own: {cards}.</source>
            <translation>dom0 hat eigene Netzwerkkarten: {cards}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>dom0 has no network card of its own.</source>
            <translation>dom0 hat keine eigene Netzwerkkarte.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>dom0:</source>
            <translation>dom0:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>from netvm's resolv.conf</source>
            <translation>aus der resolv.conf von netvm</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>has no network, as it should be</source>
            <translation>hat kein Netz, wie es sein soll</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>is connected to the network</source>
            <translation>ist mit dem Netz verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>may be connected to the network</source>
            <translation>ist vielleicht mit dem Netz verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>no report yet</source>
            <translation>noch keine Meldung</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>not connected</source>
            <translation>nicht verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>not running</source>
            <translation>läuft nicht</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>router {address}</source>
            <translation>Router {address}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>starting</source>
            <translation>startet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>told by NetworkManager</source>
            <translation>laut NetworkManager</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/overview.py" />
            <source>told by systemd-resolved</source>
            <translation>laut systemd-resolved</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>A restart of this computer is due: what has been upgraded is in use only then.</source>
            <translation>Ein Neustart dieses Rechners steht an: erst danach ist in Gebrauch, was aktualisiert wurde.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>All packages are up to date.</source>
            <translation>Alle Pakete sind auf dem neuesten Stand.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Back</source>
            <translation>Zurück</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Check</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Configuration files that were changed here, and new ones, lie beside each other; compare them</source>
            <translation>Konfigurationsdateien, die hier geändert wurden, und neue liegen nebeneinander; vergleichen Sie sie</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Connect</source>
            <translation>Verbinden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Downloading…</source>
            <translation>Wird heruntergeladen …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Fetching the lists of packages…</source>
            <translation>Die Paketlisten werden geholt …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Held back</source>
            <translation>Zurückgehalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Installed</source>
            <translation>Installiert</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Installing…</source>
            <translation>Wird installiert …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>It cannot be stopped now without harm.</source>
            <translation>Jetzt kann es nicht ohne Schaden abgebrochen werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>It could not be looked up what is newer.</source>
            <translation>Es konnte nicht nachgesehen werden, was neuer ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>It could not be worked out how to upgrade.</source>
            <translation>Es konnte nicht ermittelt werden, wie zu aktualisieren ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>It is being stopped…</source>
            <translation>Es wird abgebrochen …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>It was stopped.</source>
            <translation>Es wurde abgebrochen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Log out and in again: the session uses what has been upgraded only then.</source>
            <translation>Melden Sie sich ab und wieder an: erst dann nutzt die Sitzung, was aktualisiert wurde.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Look again</source>
            <translation>Neu nachsehen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Look for updates</source>
            <translation>Nach Aktualisierungen suchen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Looking for updates…</source>
            <translation>Aktualisierungen werden gesucht …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Looking what is installed…</source>
            <translation>Es wird nachgesehen, was installiert ist …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Looking what is newer…</source>
            <translation>Es wird nachgesehen, was neuer ist …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>New</source>
            <translation>Neu</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Package</source>
            <translation>Paket</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Packages are being downloaded, which fails without the network.</source>
            <translation>Pakete werden heruntergeladen, was ohne das Netzwerk fehlschlägt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Packages are being installed, which goes on in any case.</source>
            <translation>Pakete werden installiert, was in jedem Fall weitergeht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Progress</source>
            <translation>Fortschritt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>The lists of packages could not be fetched, so it is not known whether there are updates.</source>
            <translation>Die Paketlisten konnten nicht geholt werden; ob es Aktualisierungen gibt, ist deshalb nicht bekannt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>The upgrade has failed.</source>
            <translation>Die Aktualisierung ist fehlgeschlagen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>The upgrade is done.</source>
            <translation>Die Aktualisierung ist fertig.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>There is nothing that can be upgraded now.</source>
            <translation>Es gibt nichts, was sich jetzt aktualisieren ließe.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Upgrade</source>
            <translation>Aktualisieren</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Upgrade {packages}</source>
            <translation>{packages} aktualisieren</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Waiting for another program that installs packages…</source>
            <translation>Ein anderes Programm installiert gerade Pakete; es wird gewartet …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Waiting for the answer; a password may have been asked for.</source>
            <translation>Die Antwort steht aus; vielleicht wird nach einem Passwort gefragt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Will be removed</source>
            <translation>Wird entfernt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>Working out what the upgrade needs…</source>
            <translation>Es wird ermittelt, was die Aktualisierung braucht …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>downloaded</source>
            <translation>geladen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>is removed</source>
            <translation>wird entfernt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>not yet</source>
            <translation>noch nicht</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>{count} packages</source>
            <translation>
                <numerusform>{count} Paket</numerusform>
                <numerusform>{count} Pakete</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>{count} packages have been upgraded.</source>
            <translation>
                <numerusform>{count} Paket wurde aktualisiert.</numerusform>
                <numerusform>{count} Pakete wurden aktualisiert.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>{packages} to upgrade, {size} to download.</source>
            <translation>Zu aktualisieren: {packages}; herunterzuladen: {size}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>{packages} to upgrade.</source>
            <translation>Zu aktualisieren: {packages}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/packages.py" />
            <source>{version} (security)</source>
            <translation>{version} (Sicherheit)</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/routes.py" />
            <source>Asking…</source>
            <translation>Wird erfragt …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/routes.py" />
            <source>It has no routes.</source>
            <translation>Sie hat keine Routen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/routes.py" />
            <source>Router</source>
            <translation>Router</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/routes.py" />
            <source>Uplink</source>
            <translation>Uplink</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/routes.py" />
            <source>connected</source>
            <translation>verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/routes.py" />
            <source>in use</source>
            <translation>in Gebrauch</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/routes.py" />
            <source>{name} (the netvm)</source>
            <translation>{name} (die netvm)</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Allowed:</source>
            <translation>Erlaubt:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Attach dom0 to netvm</source>
            <translation>dom0 an netvm anschließen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Close dom0 but for what an upgrade needs</source>
            <translation>dom0 abriegeln bis auf das, was eine Aktualisierung braucht</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Close the way</source>
            <translation>Den Weg schließen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Closing this window does not disconnect it. At that time it is disconnected by itself.</source>
            <translation>Wird dieses Fenster geschlossen, bleibt dom0 verbunden. Zur genannten Zeit wird es von selbst getrennt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Connected by:</source>
            <translation>Verbunden von:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Connected through:</source>
            <translation>Verbunden über:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Connecting dom0 to the network…</source>
            <translation>dom0 wird mit dem Netz verbunden …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Detach dom0 from netvm</source>
            <translation>dom0 von netvm lösen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Disconnecting dom0 from the network…</source>
            <translation>dom0 wird vom Netz getrennt …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>For the next attempt:</source>
            <translation>Für den nächsten Versuch:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Give dom0 an address</source>
            <translation>dom0 eine Adresse geben</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Let the paused domains go on</source>
            <translation>Die angehaltenen Domänen fortsetzen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Looking at what stands in the way…</source>
            <translation>Es wird nachgesehen, was im Wege steht …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Names resolve</source>
            <translation>Namen werden aufgelöst</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Open the way</source>
            <translation>Den Weg öffnen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Pause the other domains</source>
            <translation>Die anderen Domänen anhalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Paused already, and left so:</source>
            <translation>Bereits angehalten, und das bleiben sie:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Paused:</source>
            <translation>Angehalten:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Put dom0's name servers back</source>
            <translation>Die Nameserver von dom0 zurücksetzen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Remove the packet filter of the upgrade</source>
            <translation>Den Paketfilter der Aktualisierung entfernen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Take dom0's address</source>
            <translation>dom0 die Adresse nehmen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>Tell dom0 its name servers</source>
            <translation>dom0 seine Nameserver nennen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>These domains will be paused:</source>
            <translation>Diese Domänen werden angehalten:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>To upgrade its packages it can be connected for a while.</source>
            <translation>Um seine Pakete zu aktualisieren, kann dom0 eine Zeit lang verbunden werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>dom0 has no network. That is how it should be.</source>
            <translation>dom0 hat kein Netz. So soll es sein.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>dom0 is connected to the network until {until}.</source>
            <translation>dom0 ist bis {until} mit dem Netz verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>dom0 is not connected for an upgrade.</source>
            <translation>dom0 ist nicht für eine Aktualisierung verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>none; no other domain is running</source>
            <translation>keine; es läuft keine andere Domäne</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>{left} left</source>
            <translation>noch {left}</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>{names} and {count} more</source>
            <translation>
                <numerusform>{names} und {count} weitere</numerusform>
                <numerusform>{names} und {count} weitere</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>{name} has an uplink</source>
            <translation>{name} hat einen Uplink</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>{name} is running</source>
            <translation>{name} läuft</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/pages/upgrade.py" />
            <source>{what}; nothing is let in</source>
            <translation>{what}; hinein kommt nichts</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/ends.py" />
            <source>Keep open</source>
            <translation>Offen lassen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/ends.py" />
            <source>Network</source>
            <translation>Netz</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/message.py" />
            <source>Danger</source>
            <translation>Gefahr</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/message.py" />
            <source>Information</source>
            <translation>Hinweis</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/message.py" />
            <source>Warning</source>
            <translation>Warnung</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/row.py" />
            <source>Has ended</source>
            <translation>Ist beendet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/row.py" />
            <source>Network of {name}</source>
            <translation>Netz von {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/row.py" />
            <source>Show in the window</source>
            <translation>Im Fenster zeigen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/uplink.py" />
            <source>2 minutes</source>
            <translation>2 Minuten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/uplink.py" />
            <source>Traffic of the last two minutes</source>
            <translation>Verkehr der letzten zwei Minuten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/uplink.py" />
            <source>at most {rates}</source>
            <translation>höchstens {rates}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/uplink.py" />
            <source>now</source>
            <translation>jetzt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/uplink.py" />
            <source>{rate} down</source>
            <translation>{rate} herunter</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/uplink.py" />
            <source>{rate} up</source>
            <translation>{rate} hinauf</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/popup/window.py" />
            <source>Domains</source>
            <translation>Domänen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Apply again</source>
            <translation>Neu anwenden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Attach {name} to the network</source>
            <translation>{name} mit dem Netz verbinden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Cut {name} off the network</source>
            <translation>{name} vom Netz trennen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Disconnect dom0</source>
            <translation>dom0 trennen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Keep dom0 connected for longer</source>
            <translation>dom0 länger verbunden lassen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Make {name} the netvm</source>
            <translation>{name} zur netvm machen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Move to {name}</source>
            <translation>Zu {name} wechseln</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Network applet (nm-applet)</source>
            <translation>Netzwerk-Applet (nm-applet)</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Pause {name}</source>
            <translation>{name} anhalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Restart the netvm</source>
            <translation>netvm neu starten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Start the helper</source>
            <translation>Helfer starten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Stop the netvm</source>
            <translation>netvm beenden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/action_titles.py" />
            <source>Unpause {name}</source>
            <translation>{name} fortsetzen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>Another netvm</source>
            <translation>Eine andere netvm</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>Names do not resolve</source>
            <translation>Namen werden nicht aufgelöst</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>Names resolve again</source>
            <translation>Namen werden wieder aufgelöst</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>Uplink back</source>
            <translation>Uplink wieder da</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>Uplink changed</source>
            <translation>Uplink gewechselt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>Uplink lost</source>
            <translation>Uplink verloren</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>none → {new}</source>
            <translation>keiner → {new}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>{name} has stopped</source>
            <translation>{name} läuft nicht mehr</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>{name} is back</source>
            <translation>{name} ist wieder da</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>{name} is paused</source>
            <translation>{name} ist angehalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/condition.py" />
            <source>{old} → none. {why}</source>
            <translation>{old} → keiner. {why}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>As long as the helper is away nothing disconnects it before its time is over.</source>
            <translation>Solange der Helfer weg ist, trennt es niemand, bevor seine Zeit um ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>It was when that was known last.</source>
            <translation>Das war es, als es zuletzt bekannt war.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>Let it go on; until then no domain has a network.</source>
            <translation>Lassen Sie sie weiterlaufen; bis dahin hat keine Domäne ein Netz.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>Log out and in again. If it stays so, restart the helper: sudo systemctl restart qnet-helper.</source>
            <translation>Melden Sie sich ab und wieder an. Bleibt es dabei, starten Sie den Helfer neu: sudo systemctl restart qnet-helper.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>Move to {name}…</source>
            <translation>Zu {name} wechseln …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>Name servers…</source>
            <translation>Nameserver …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>Restart {name}</source>
            <translation>{name} neu starten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>Show status</source>
            <translation>Status zeigen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>Start {name}</source>
            <translation>{name} starten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>dom0 may still be connected to the network.</source>
            <translation>dom0 ist vielleicht noch mit dem Netz verbunden.</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>{count} domains have no address: {names}.</source>
            <translation>
                <numerusform>{count} Domäne hat keine Adresse: {names}.</numerusform>
                <numerusform>{count} Domänen haben keine Adresse: {names}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>{count} more problems</source>
            <translation>
                <numerusform>{count} weiteres Problem</numerusform>
                <numerusform>{count} weitere Probleme</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/tray/state/cures.py" />
            <source>{count} vifs were refused by netvm: {names}.</source>
            <translation>
                <numerusform>{count} Vif wurde von netvm abgelehnt: {names}.</numerusform>
                <numerusform>{count} Vifs wurden von netvm abgelehnt: {names}.</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>Connected by {user}.</source>
            <translation>Verbunden von {user}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>Domains may still be paused</source>
            <translation>Domänen sind vielleicht noch angehalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>Extend it if the upgrade takes longer.</source>
            <translation>Verlängern Sie, falls die Aktualisierung länger dauert.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>Not all other domains stand still</source>
            <translation>Nicht alle anderen Domänen stehen still</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>Not everything is as before dom0 was connected</source>
            <translation>Nicht alles ist wie vor der Verbindung von dom0</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>That is how it should be. Domains that were paused for it go on.</source>
            <translation>So soll es sein. Domänen, die dafür angehalten wurden, laufen weiter.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>Until {until}.</source>
            <translation>Bis {until}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>dom0 could not be connected</source>
            <translation>dom0 konnte nicht verbunden werden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>dom0 could not be disconnected</source>
            <translation>dom0 konnte nicht getrennt werden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>dom0 has a network that nobody asked for</source>
            <translation>dom0 hat ein Netz, um das niemand gebeten hat</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>dom0 is connected to the network</source>
            <translation>dom0 ist mit dem Netz verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>dom0 is disconnected from the network</source>
            <translation>dom0 ist vom Netz getrennt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/dom0_notifications.py" />
            <source>dom0 will be disconnected at {until}</source>
            <translation>dom0 wird um {until} getrennt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>Another netvm: {0} → {1}</source>
            <translation>Eine andere netvm: {0} → {1}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>Began to watch: {0}</source>
            <translation>Beobachtung begonnen: {0}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>Names do not resolve.</source>
            <translation>Namen werden nicht aufgelöst.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>Names resolve, by {0}.</source>
            <translation>Namen werden aufgelöst, von {0}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>No longer: {0}</source>
            <translation>Nicht mehr: {0}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>Problem: {0}</source>
            <translation>Problem: {0}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>The network helper has gone.</source>
            <translation>Der Netzwerk-Helfer ist nicht mehr da.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>The network helper is there again.</source>
            <translation>Der Netzwerk-Helfer ist wieder da.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>Uplink lost: {0}</source>
            <translation>Uplink verloren: {0}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>Uplink: {0}</source>
            <translation>Uplink: {0}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>Uplink: {0} → {1}</source>
            <translation>Uplink: {0} → {1}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>{0} goes through {1}.</source>
            <translation>{0} geht über {1}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>{0} has connected dom0 to the network, until {1}.</source>
            <translation>{0} hat dom0 mit dem Netz verbunden, bis {1}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>{0} has stopped.</source>
            <translation>{0} läuft nicht mehr.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>{0} is cut off the network.</source>
            <translation>{0} ist vom Netz getrennt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>{0} is paused.</source>
            <translation>{0} ist angehalten.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>{0} runs.</source>
            <translation>{0} läuft.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/history.py" />
            <source>{what} ({count} times)</source>
            <translation>{what} ({count}-mal)</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/menu.py" />
            <source>About</source>
            <translation>Über qnet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/menu.py" />
            <source>Disconnect dom0 now</source>
            <translation>dom0 jetzt trennen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/menu.py" />
            <source>Help</source>
            <translation>Hilfe</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/menu.py" />
            <source>Open…</source>
            <translation>Öffnen …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/menu.py" />
            <source>Quit</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/menu.py" />
            <source>Settings…</source>
            <translation>Einstellungen …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/menu.py" />
            <source>Something else is being done. Wait until that is over.</source>
            <translation>Es wird gerade etwas anderes getan. Warten Sie, bis das vorbei ist.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/menu.py" />
            <source>Upgrade dom0…</source>
            <translation>dom0 aktualisieren …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/menu.py" />
            <source>While dom0 is connected, all domains stay as they are.</source>
            <translation>Solange dom0 verbunden ist, bleiben alle Domänen, wie sie sind.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/notifications.py" />
            <source>An upgrade of dom0's packages has ended</source>
            <translation>Eine Aktualisierung der Pakete von dom0 ist zu Ende</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/notifications.py" />
            <source>Names do not resolve, or do again</source>
            <translation>Namen werden nicht mehr oder wieder aufgelöst</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/notifications.py" />
            <source>The netvm stops, or is back</source>
            <translation>Die netvm läuft nicht mehr oder ist wieder da</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/notifications.py" />
            <source>The uplink changes, is lost or is back</source>
            <translation>Der Uplink wechselt, geht verloren oder ist wieder da</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/notifications.py" />
            <source>dom0 is connected or disconnected, or will be soon</source>
            <translation>dom0 wird verbunden oder getrennt, jetzt oder bald</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/package_errors.py" />
            <source>A question has to be answered first, which only a terminal can ask.</source>
            <translation>Zuerst muss eine Frage beantwortet werden, die nur ein Terminal stellen kann.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/package_errors.py" />
            <source>PackageKit believes that this computer is offline. Try it in a terminal.</source>
            <translation>PackageKit hält diesen Rechner für getrennt vom Netz. Versuchen Sie es in einem Terminal.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/package_errors.py" />
            <source>PackageKit has ended in the middle of it. Look for updates again.</source>
            <translation>PackageKit hat sich mittendrin beendet. Suchen Sie erneut nach Aktualisierungen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/package_errors.py" />
            <source>The password was not given, or you are not allowed to do this.</source>
            <translation>Das Passwort wurde nicht eingegeben, oder Sie dürfen das nicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/package_notifications.py" />
            <source>A restart of this computer is due.</source>
            <translation>Ein Neustart dieses Rechners steht an.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/package_notifications.py" />
            <source>The upgrade of dom0's packages has failed</source>
            <translation>Die Aktualisierung der Pakete von dom0 ist fehlgeschlagen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/package_notifications.py" />
            <source>dom0's packages are upgraded</source>
            <translation>Die Pakete von dom0 sind aktualisiert</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/plain_text.py" />
            <source>to</source>
            <translation>zu</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Disconnects by itself in {time}, at {until}.</source>
            <translation>Wird in {time} von selbst getrennt, um {until}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Networks…</source>
            <translation>Netzwerke …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Open the window</source>
            <translation>Fenster öffnen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Over Wi-Fi {name}, {strength} %</source>
            <translation>Über WLAN {name}, {strength} %</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Over cable {name}</source>
            <translation>Über Kabel {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Over {name}</source>
            <translation>Über {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Over {name}, {strength} %</source>
            <translation>Über {name}, {strength} %</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Router {address}</source>
            <translation>Router {address}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Show the upgrade</source>
            <translation>Aktualisierung zeigen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>Signal {strength} %</source>
            <translation>Signal {strength} %</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>There is no netvm that could do it now.</source>
            <translation>Es gibt gerade keine netvm, die das tun könnte.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>{connected} of {count} connected</source>
            <translation>{connected} von {count} verbunden</translation>
        </message>
        <message numerus="yes">
            <location filename="../../qnet_gui/tray/state/popup.py" />
            <source>{count} minutes more</source>
            <translation>
                <numerusform>{count} Minute länger</numerusform>
                <numerusform>{count} Minuten länger</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Asked for…</source>
            <translation>Angefordert …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Connected</source>
            <translation>Verbunden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Has no address</source>
            <translation>Hat keine Adresse</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Idle</source>
            <translation>Kein Verkehr</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Is ending</source>
            <translation>Wird beendet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>It has been asked for already.</source>
            <translation>Das ist schon angefordert.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Make {name} the netvm…</source>
            <translation>{name} zur netvm machen …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>No network</source>
            <translation>Kein Netz</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Paused</source>
            <translation>Angehalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Paused for the upgrade</source>
            <translation>Für die Aktualisierung angehalten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Refused by netvm</source>
            <translation>Von netvm abgelehnt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Through {name}</source>
            <translation>Über {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Waits for an uplink</source>
            <translation>Wartet auf einen Uplink</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>Waits for {name}</source>
            <translation>Wartet auf {name}</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>in trouble</source>
            <translation>gestört</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>no network</source>
            <translation>kein Netz</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/state/popup_rows.py" />
            <source>waiting</source>
            <translation>wartet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/widgets/filter_field.py" />
            <source>Filter</source>
            <translation>Filter</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/widgets/filter_field.py" />
            <source>Filter…</source>
            <translation>Filter …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/widgets/tables/table_model.py" />
            <source>Actions</source>
            <translation>Aktionen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/widgets/tables/table_model.py" />
            <source>Received</source>
            <translation>Empfangen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/widgets/tables/table_model.py" />
            <source>Sent</source>
            <translation>Gesendet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/domains.py" />
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/domains.py" />
            <source>{count} not shown because of the filter</source>
            <translation>{count} durch den Filter ausgeblendet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Arrow keys</source>
            <translation>Pfeiltasten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Close the window</source>
            <translation>Das Fenster schließen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Connected by Wi-Fi; the arcs say how well.</source>
            <translation>Über WLAN verbunden; die Bögen zeigen, wie gut.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Connected by cable.</source>
            <translation>Über Kabel verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Connected through a VPN.</source>
            <translation>Über ein VPN verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Connected, but names do not resolve.</source>
            <translation>Verbunden, aber Namen werden nicht aufgelöst.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Connected, with a problem; see Overview.</source>
            <translation>Verbunden, mit einem Problem; siehe Übersicht.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Connecting.</source>
            <translation>Wird verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Copy what is selected, else the whole page</source>
            <translation>Das Ausgewählte kopieren, sonst die ganze Seite</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Ctrl+1 to Ctrl+9</source>
            <translation>Strg+1 bis Strg+9</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Ctrl+C</source>
            <translation>Strg+C</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Ctrl+F</source>
            <translation>Strg+F</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Ctrl+Page Down</source>
            <translation>Strg+Bild ab</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Escape</source>
            <translation>Esc</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>F5</source>
            <translation>F5</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Filter the list; elsewhere, look for a domain</source>
            <translation>Die Liste filtern; anderswo eine Domäne suchen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Icon</source>
            <translation>Symbol</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Keys</source>
            <translation>Tasten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>More is told by the manual: man qnet-tray, man qnet.</source>
            <translation>Mehr steht im Handbuch: man qnet-tray, man qnet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Nothing is known: the network helper is not running, or has no answer itself.</source>
            <translation>Nichts ist bekannt: Der Netzwerk-Helfer läuft nicht oder bekommt selbst keine Antwort.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>On the map: to the next node; Return says what can be done</source>
            <translation>Auf der Karte: zum nächsten Knoten; Eingabe zeigt, was man tun kann</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>Sort the list by that column; once more turns it round</source>
            <translation>Die Liste nach dieser Spalte sortieren; noch einmal kehrt sie um</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>The netvm has no uplink.</source>
            <translation>Die netvm hat keinen Uplink.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>The netvm is not running, is paused, or does not report; domains have no network.</source>
            <translation>Die netvm läuft nicht, ist angehalten oder meldet sich nicht; die Domänen haben kein Netz.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>The netvm is starting.</source>
            <translation>Die netvm startet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>The network cards of this machine belong to a domain of their own, the netvm. All other domains reach the network through it, and dom0 has none, but for a limited time to upgrade its packages.</source>
            <translation>Die Netzwerkkarten dieses Rechners gehören einer eigenen Domäne, der netvm. Alle anderen Domänen erreichen das Netz über sie, und dom0 hat keines, außer eine begrenzte Zeit lang, um seine Pakete zu aktualisieren.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>The next page; with Page Up the one before</source>
            <translation>Die nächste Seite; mit Bild auf die vorige</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/help.py" />
            <source>dom0 is connected to the network, for an upgrade.</source>
            <translation>dom0 ist für eine Aktualisierung mit dem Netz verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/log.py" />
            <source>Log</source>
            <translation>Verlauf</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/main_window.py" />
            <source>Overview</source>
            <translation>Übersicht</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/main_window.py" />
            <source>Pages</source>
            <translation>Seiten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/main_window.py" />
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/main_window.py" />
            <source>Uplinks and routes</source>
            <translation>Uplinks und Routen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/names.py" />
            <source>Have netvm ask each of its name servers something, and see how soon it answers.</source>
            <translation>netvm fragt jeden ihrer Nameserver etwas; zu sehen ist, wie bald er antwortet.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/names.py" />
            <source>Have netvm set its routes, packet filter and redirections anew.</source>
            <translation>netvm setzt seine Routen, Paketfilter und Umleitungen neu.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/names.py" />
            <source>Test</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/overview.py" />
            <source>Map of who goes through whom</source>
            <translation>Karte: wer über wen ins Netz geht</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/overview.py" />
            <source>Network status</source>
            <translation>Status des Netzes</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/overview.py" />
            <source>PNG pictures (*.png)</source>
            <translation>PNG-Bilder (*.png)</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/overview.py" />
            <source>SVG pictures (*.svg)</source>
            <translation>SVG-Bilder (*.svg)</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/overview.py" />
            <source>Save picture</source>
            <translation>Bild speichern</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/overview.py" />
            <source>Save picture…</source>
            <translation>Bild speichern …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/overview.py" />
            <source>Save the map as an SVG or PNG.</source>
            <translation>Die Karte als SVG oder PNG speichern.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/overview.py" />
            <source>Show more</source>
            <translation>Mehr zeigen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/packages_part.py" />
            <source>Disconnect dom0 when the packages are upgraded</source>
            <translation>dom0 trennen, wenn die Pakete aktualisiert sind</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/packages_part.py" />
            <source>Packages</source>
            <translation>Pakete</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/packages_part.py" />
            <source>Progress of the upgrade</source>
            <translation>Fortschritt der Aktualisierung</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/packages_part.py" />
            <source>Stop</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>About qnet</source>
            <translation>Über qnet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>At that time it is disconnected by itself.</source>
            <translation>Zur genannten Zeit wird dom0 von selbst getrennt.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Choose it only</source>
            <translation>Nur wählen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Choose it, and move the domains</source>
            <translation>Wählen und Domänen umziehen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Disconnect and log out</source>
            <translation>Trennen und abmelden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Disconnect and quit</source>
            <translation>Trennen und beenden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Domains reach the network through the netvm. Make {name} the netvm?</source>
            <translation>Domänen erreichen das Netz über die netvm. Soll {name} die netvm werden?</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Domains that run stay with the present one unless they are moved.</source>
            <translation>Domänen, die laufen, bleiben bei der jetzigen, wenn sie nicht umgezogen werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>GPL, version 3 or later.</source>
            <translation>GPL, Version 3 oder neuer.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Log out</source>
            <translation>Abmelden</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Log out, and leave it connected</source>
            <translation>Abmelden und verbunden lassen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Quit, and leave it connected</source>
            <translation>Beenden und verbunden lassen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Replace it</source>
            <translation>Ersetzen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Shows the network that this machine's domains reach through netvm.</source>
            <translation>Zeigt das Netz, das die Domänen dieses Rechners über netvm erreichen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>There is a file {name} already.</source>
            <translation>Es gibt schon eine Datei {name}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>With dom0 as the netvm, its network drivers and stack can be attacked from outside, and whoever succeeds there owns the whole machine. Choose a separate netvm.</source>
            <translation>Mit dom0 als netvm können seine Netzwerktreiber und sein Netzwerk-Stapel von außen angegriffen werden, und wem das gelingt, dem gehört der ganze Rechner. Wählen Sie eine eigene netvm.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/questions.py" />
            <source>Without this applet nothing on the screen says so.</source>
            <translation>Ohne dieses Applet ist das auf dem Bildschirm nicht zu sehen.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/routes.py" />
            <source>Routes</source>
            <translation>Routen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/routes.py" />
            <source>Routing table of</source>
            <translation>Routing-Tabelle von</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/routes.py" />
            <source>Routing table of:</source>
            <translation>Routing-Tabelle von:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/routes.py" />
            <source>Uplinks</source>
            <translation>Uplinks</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/routes.py" />
            <source>Uplinks of the netvm</source>
            <translation>Uplinks der netvm</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/screen_window.py" />
            <source>Click into the picture to type there.</source>
            <translation>Zum Tippen ins Bild klicken.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/screen_window.py" />
            <source>Try again</source>
            <translation>Erneut versuchen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/screen_window.py" />
            <source>Your keys go to {name}.</source>
            <translation>Ihre Tasten gehen an {name}.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/settings.py" />
            <source>Command that upgrades dom0:</source>
            <translation>Befehl, der dom0 aktualisiert:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/settings.py" />
            <source>Connected for:</source>
            <translation>Verbunden für:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/settings.py" />
            <source>Notify when</source>
            <translation>Benachrichtigen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/settings.py" />
            <source>Settings of qnet</source>
            <translation>Einstellungen von qnet</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/settings.py" />
            <source>Start with the session</source>
            <translation>Mit der Sitzung starten</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/settings.py" />
            <source>What is chosen here cannot be kept: {path} cannot be written.</source>
            <translation>Was hier gewählt wird, kann nicht aufbewahrt werden: {path} kann nicht geschrieben werden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/settings.py" />
            <source>as configured</source>
            <translation>wie eingestellt</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/settings.py" />
            <source>min</source>
            <translation>min</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/time_question.py" />
            <source>Disconnect at…</source>
            <translation>Trennen um …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/time_question.py" />
            <source>Disconnect dom0 at:</source>
            <translation>dom0 trennen um:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/time_question.py" />
            <source>Set</source>
            <translation>Setzen</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/time_question.py" />
            <source>dom0 stays connected to the network until {until}.</source>
            <translation>dom0 bleibt bis {until} mit dem Netz verbunden.</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/upgrade.py" />
            <source>Back to normal by itself after</source>
            <translation>Von selbst zurück nach</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/upgrade.py" />
            <source>Back to normal by itself after:</source>
            <translation>Von selbst zurück nach:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/upgrade.py" />
            <source>Connect dom0…</source>
            <translation>dom0 verbinden …</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/upgrade.py" />
            <source>Extend</source>
            <translation>Verlängern</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/upgrade.py" />
            <source>In a terminal</source>
            <translation>In einem Terminal</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/upgrade.py" />
            <source>More time:</source>
            <translation>Mehr Zeit:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/upgrade.py" />
            <source>Run the upgrade</source>
            <translation>Aktualisieren</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/upgrade.py" />
            <source>Until dom0 is disconnected:</source>
            <translation>Bis dom0 getrennt wird:</translation>
        </message>
        <message>
            <location filename="../../qnet_gui/tray/window/upgrade.py" />
            <source>{program} cannot be started.</source>
            <translation>{program} kann nicht gestartet werden.</translation>
        </message>
    </context>
</TS>
