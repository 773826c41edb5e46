"""What follows for incidents: critical alerts open or join one."""
