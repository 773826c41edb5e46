"""How the installation itself does: a page for administrators, and figures for Prometheus."""
