"""Live: the engine fed frame by frame over a WebSocket; one cue at a time, and the same report afterwards.

`wire` reads a frame, `setting_up` checks the camera, `session` goes through the stages of a set, `cues` says
what to say. No Streamlit, no MediaPipe, no network here: `web/live_route` holds the socket.
"""
