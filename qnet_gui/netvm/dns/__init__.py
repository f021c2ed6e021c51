"""The netvm's name servers, and the redirection of the virtual ones to them."""
