"""What follows for incidents: critical alerts open or join one; overdue corrective actions are told of above."""
