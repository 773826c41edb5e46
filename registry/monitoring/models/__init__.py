"""What monitoring keeps: alerts with who was told of them, and what was last heard of each series"""
