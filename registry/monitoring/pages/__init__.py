"""The pages of monitoring"""
