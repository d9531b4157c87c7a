"""Yince 银册: an offline register for retirees of state-owned enterprises."""

__version__ = "0.1.0"
