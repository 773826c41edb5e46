"""What a distribution may hold, how two of them are compared, what the differences mean, and what a baseline must state"""
