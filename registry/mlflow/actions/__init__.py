"""State a server, say whose a model is and what a metric means; and the sync itself, part by part"""
