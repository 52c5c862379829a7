"""The formcheck app: `streamlit run app.py`."""

from pathlib import Path


def main() -> None:
    """Configure and show the one page."""
    import streamlit as st

    from formcheck.web import upload_page

    st.set_page_config(page_title="formcheck", page_icon="🏋️", layout="centered")
    upload_page.show(samples=Path(__file__).parent / "sample_videos")


if __name__ == "__main__":  # the process that finds the poses imports this file too and must not run it
    main()
