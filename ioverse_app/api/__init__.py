"""The edge for programs: FastAPI routers of one to five lines a route."""
