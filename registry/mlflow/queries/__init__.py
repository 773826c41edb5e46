"""The servers and how their syncs went; what was seen there, and what it became here; credentials kept on this machine"""
