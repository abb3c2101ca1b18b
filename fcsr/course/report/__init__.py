"""course/report"""
