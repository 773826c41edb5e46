"""Reading what monitoring keeps"""
