"""The formcheck app: `streamlit run app.py`, or `python app.py`."""

import streamlit as st

from formcheck.web import serve, server

serve.ready_or_exit()
app = st.App(server.SCRIPT, routes=server.routes(), middleware=server.middleware(), lifespan=server.lifespan)

if __name__ == "__main__":
    app.run()
