"""What is computed from what a system's monitoring reports: fairness, calibration and trends"""
