"""The machine of a lab: its domains, links, providers; how it comes and goes."""
