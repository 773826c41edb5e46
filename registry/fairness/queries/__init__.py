"""Counts by window, forecasts, bounds; what is held of a delivery; whether deliveries are as they were received."""
