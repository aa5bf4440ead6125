"""Faithfulness: does a score say what the model does?"""
