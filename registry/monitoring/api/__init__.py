"""What monitoring tells programs"""
