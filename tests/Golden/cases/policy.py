"""policy/probabilities and policy/log-gradient."""
from . import draw
from .case import case, refused, twins

WORKED = {"states": [1, 2], "theta": [[0.1, 0.2], [0.3, 0.4]]}
CART = {"states": [0.02, -0.4, 0.03, 0.6], "theta": [[0.1, -0.2], [0.3, 0.05], [-0.25, 0.4], [0.15, 0.35]]}
SIZES = ((1, 1, 2), (3, 2, 2), (4, 3, 5), (6, 5, 3))


def _drawn(rng, batch, size, actions):
    return {"states": draw.scores(rng, (batch, size), 2).tolist(), "theta": draw.scores(rng, (size, actions), 2).tolist()}


def probabilities():
    operation = "policy/probabilities"
    for batch, size, actions in SIZES:
        for temperature in (1, 0.5, 2.0):
            name = f"{batch} states of {size}, {actions} actions, temperature {temperature}"
            rng = draw.seeded(operation + name)
            request = {**_drawn(rng, batch, size, actions), "temperature": temperature}
            yield case(operation, name, request)
            mask = [[rng.random() < 0.6 for _ in range(actions)] for _ in range(batch)]
            for row in mask:
                row[rng.randrange(actions)] = True
            yield case(operation, name + ", masked", {**request, "action_mask": mask})
            one = {**request, "states": request["states"][0]}
            yield case(operation, name + ", one state", one)
    yield from twins(operation, "worked: one state, two actions", WORKED)
    yield from twins(operation, "worked: cart and pole", CART)
    yield case(operation, "one action allowed", {"states": [[1, 2]], "theta": [[0.5, 0.25, 1], [0, 1, 2]], "action_mask": [[False, True, False]]})
    yield case(operation, "limit: logits a thousand apart", {"states": [[1.0]], "theta": [[1000.0, 0.0, 1001.0]]})
    yield refused("refused: theta for states of another size", {"states": [[1, 2, 3]], "theta": WORKED["theta"]})
    yield refused("refused: temperature 0", {**WORKED, "temperature": 0})


def log_gradient():
    operation = "policy/log-gradient"
    for batch, size, actions in SIZES:
        for options in ({}, {"per_sample": False}, {"explain": True}, {"explain": True, "per_sample": False}):
            said = ", ".join(f"{key} {str(value).lower()}" for key, value in options.items())
            name = f"{batch} states of {size}, {actions} actions{', ' + said if said else ''}"
            rng = draw.seeded(operation + name)
            request = {**_drawn(rng, batch, size, actions), "actions": draw.indices(rng, (batch,), actions).tolist(), **options}
            yield case(operation, name, request)
    for explain in (False, True):
        said = ", explained" if explain else ""
        yield from twins(operation, "worked: one state, two actions" + said, {**WORKED, "actions": 0, "explain": explain})
        yield from twins(operation, "worked: cart and pole" + said, {**CART, "actions": 1, "explain": explain})
    yield case(operation, "limit: the action's probability underflows",
               {"states": [[1.0]], "theta": [[0.0, -800.0]], "actions": [1]})
    yield refused("refused: action beyond the policy's", {**WORKED, "actions": 2})
    yield refused("refused: two actions for one state", {"states": [[1, 2]], "theta": WORKED["theta"], "actions": [0, 1]})
