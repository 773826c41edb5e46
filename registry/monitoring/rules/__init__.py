"""What is computed from what a system's monitoring reports: drift, fairness, calibration and trends"""
