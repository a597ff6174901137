"""Lambda's invocation side: execution environments, the Runtime API, the asynchronous queue, destinations.

moto keeps the functions' configuration and runs their code in Docker; here the code runs as processes.
"""
