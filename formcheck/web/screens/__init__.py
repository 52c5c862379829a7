"""The pages of the app; each has a `show`. (A folder named pages would be Streamlit's own.)"""
