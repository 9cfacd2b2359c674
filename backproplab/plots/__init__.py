"""Pictures of what the mathematics does: one a function, each drawn on matplotlib axes and told in alt text.

Every function takes data and an optional `ax`, and returns the Axes; those that need several panels return a
Figure. `display.show` puts either on the page.
"""

from backproplab.plots.activations import activation_slopes, silent_units
from backproplab.plots.alignment import angle_curves
from backproplab.plots.attention import attention_maps, attention_rows
from backproplab.plots.boundary import decision_boundary, hidden_lines
from backproplab.plots.clinic import bug_clinic
from backproplab.plots.costs import checkpoint_valley, cost_curves
from backproplab.plots.depth import sizes_by_layer
from backproplab.plots.descents import descents
from backproplab.plots.distance import gradient_by_distance
from backproplab.plots.estimates import gradient_estimates
from backproplab.plots.graph import computational_graph
from backproplab.plots.landscape import loss_landscape
from backproplab.plots.language_block import language_block
from backproplab.plots.losses import compare_losses
from backproplab.plots.maps import digits, film, unit_maps
from backproplab.plots.network_diagram import Names, network_diagram, unit_diagram
from backproplab.plots.pictures import picture_rows
from backproplab.plots.pipeline import pipeline_schedules
from backproplab.plots.rates import rate_curves
from backproplab.plots.reading import digit_reading
from backproplab.plots.runs import training_runs
from backproplab.plots.slopes import error_curve, tangent
from backproplab.plots.steepest import steepest_step
from backproplab.plots.style import panels
from backproplab.plots.sweep import gradient_sweep
from backproplab.plots.taste import taste_plane
from backproplab.plots.there_and_back import there_and_back
from backproplab.plots.training import gradient_noise, gradient_norms, loss_curve, weight_traces
from backproplab.plots.unrolled import unrolled

__all__ = [
    "Names",
    "activation_slopes",
    "angle_curves",
    "attention_maps",
    "attention_rows",
    "bug_clinic",
    "checkpoint_valley",
    "compare_losses",
    "computational_graph",
    "cost_curves",
    "decision_boundary",
    "descents",
    "digit_reading",
    "digits",
    "error_curve",
    "film",
    "gradient_by_distance",
    "gradient_estimates",
    "gradient_noise",
    "gradient_norms",
    "gradient_sweep",
    "hidden_lines",
    "language_block",
    "loss_curve",
    "loss_landscape",
    "network_diagram",
    "panels",
    "picture_rows",
    "pipeline_schedules",
    "rate_curves",
    "silent_units",
    "sizes_by_layer",
    "steepest_step",
    "tangent",
    "taste_plane",
    "there_and_back",
    "training_runs",
    "unit_diagram",
    "unit_maps",
    "unrolled",
    "weight_traces",
]
