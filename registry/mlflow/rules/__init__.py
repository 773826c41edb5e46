"""What is stated of an MLflow server, how its answers are read, which models are the same as before, and what comes of a sync"""
