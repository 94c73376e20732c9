"""All captures of link types, tunnels and headers: what has to be read to find the addresses."""
# In the order in which their recipes are listed, and damaged.
import link_types  # noqa: F401
import tunnels  # noqa: F401  # isort: skip
import ip_headers  # noqa: F401  # isort: skip
