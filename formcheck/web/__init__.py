"""The app's pages. Only this package and app.py import streamlit."""
