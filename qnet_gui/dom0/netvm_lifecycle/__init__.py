"""The netvm as a service of dom0: started with the network cards that dom0 has, stopped, the cards given back."""
