"""Models: back ends of ``agent.model.Model``, and what is to be known about them."""
