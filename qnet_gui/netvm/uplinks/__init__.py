"""The netvm's ways to the outside, as NetworkManager and the kernel have them."""
