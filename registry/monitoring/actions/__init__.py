"""What is done about what monitoring reports"""
