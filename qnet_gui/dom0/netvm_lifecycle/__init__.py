"""The netvm as a service of dom0: started with the NICs that dom0 has, stopped, the NICs given back."""
