"""How requests arrive: the HTTP gateway, plain and TLS on one port, the real-time protocol."""
