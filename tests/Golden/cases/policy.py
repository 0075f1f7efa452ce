"""The policy operations."""
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
    for batch, size, actions in SIZES:
        for options in ({"temperature": 0.5}, {"temperature": 4, "per_sample": False}, {"temperature": 2, "explain": True}):
            name = f"{batch} states of {size}, {actions} actions, {', '.join(f'{key} {str(value).lower()}' for key, value in options.items())}"
            rng = draw.seeded(operation + name)
            taken = draw.indices(rng, (batch,), actions).tolist()
            request = {**_drawn(rng, batch, size, actions), "actions": taken, **options}
            yield case(operation, name, request)
            yield case(operation, name + ", masked", {**request, "action_mask": [[a == taken[row] or rng.random() < 0.5 for a in range(actions)] for row in range(batch)]})
    for explain in (False, True):
        said = ", explained" if explain else ""
        yield from twins(operation, "worked: one state, two actions" + said, {**WORKED, "actions": 0, "explain": explain})
        yield from twins(operation, "worked: cart and pole" + said, {**CART, "actions": 1, "explain": explain})
    yield case(operation, "limit: the action's probability underflows",
               {"states": [[1.0]], "theta": [[0.0, -800.0]], "actions": [1]})
    yield refused("refused: action beyond the policy's", {**WORKED, "actions": 2})
    yield refused("refused: an action that is masked", {**WORKED, "actions": 1, "action_mask": [True, False]})
    yield refused("refused: temperature 0", {**WORKED, "actions": 1, "temperature": 0})
    yield refused("refused: two actions for one state", {"states": [[1, 2]], "theta": WORKED["theta"], "actions": [0, 1]})


# The episode of the worked answers: three steps of a cart and pole.
EPISODE = {"states": [[0.02, -0.4, 0.03, 0.6], [0.01, -0.2, 0.04, 0.31], [0.0, -0.01, 0.05, 0.02]], "theta": CART["theta"], "actions": [1, 0, 1]}


def returns():
    operation = "policy/returns"
    for steps in (1, 2, 7, 40):
        for options in ({}, {"gamma": 1}, {"gamma": 0}, {"gamma": 0.5, "bootstrap_value": 1.5}, {"lambda": 0}, {"lambda": 1, "bootstrap_value": -2}):
            name = f"{steps} steps{''.join(f', {key} {value}' for key, value in options.items())}"
            rng = draw.seeded(operation + name)
            request = {"rewards": draw.scores(rng, (steps,), 2).tolist(), **options}
            values = {"values": draw.scores(rng, (steps,), 2).tolist()}
            starts = {"episode_starts": [rng.random() < 0.3 for _ in range(steps)]}
            for said, members in (("", {}), (", values", values), (", episodes", starts), (", episodes and values", {**starts, **values})):
                yield case(operation, name + said, {**request, **members}, warnings=False)
    for steps in (1, 3, 12):
        for options in ({}, {"bootstrap_value": 1.5}, {"lambda": 0.5, "bootstrap_value": -2}):
            name = f"{steps} steps, discounts{''.join(f', {key} {value}' for key, value in options.items())}"
            rng = draw.seeded(operation + name)
            discounts = [0 if rng.random() < 0.25 else rng.randint(1, 16) / 16 for _ in range(steps)]
            request = {"rewards": draw.scores(rng, (steps,), 2).tolist(), "discounts": discounts, **options}
            yield case(operation, name, request, warnings=False)
            yield case(operation, name + ", values", {**request, "values": draw.scores(rng, (steps,), 2).tolist()}, warnings=False)
    yield case(operation, "limit: a discount of 0 stops an infinite reward", {"rewards": [1, 1, "Infinity"], "discounts": [1, 0, 1]})
    yield refused("refused: discounts and episode starts", {"rewards": [1, 2], "discounts": [1, 0], "episode_starts": [True, False]})
    yield refused("refused: two discounts for three rewards", {"rewards": [1, 2, 3], "discounts": [1, 0]})
    yield refused("refused: a discount above 1", {"rewards": [1, 2], "discounts": [1, 1.5]})
    yield case(operation, "worked: three steps", {"rewards": [1, 1, 1]})
    yield case(operation, "no steps", {"rewards": []})
    yield case(operation, "limit: an infinite reward stays in its episode", {"rewards": [1, "Infinity", 1, 1], "episode_starts": [True, False, True, False]})
    yield refused("refused: two values for three rewards", {"rewards": [1, 2, 3], "values": [1, 2]})
    yield refused("refused: two flags for three rewards", {"rewards": [1, 2, 3], "episode_starts": [True, False]})
    yield refused("refused: gamma above 1", {"rewards": [1, 2, 3], "gamma": 1.01})
    yield refused("refused: lambda below 0", {"rewards": [1, 2, 3], "values": [1, 2, 3], "lambda": -0.5})
    yield refused("refused: rewards of two axes", {"rewards": [[1, 2], [3, 4]]})


def _losses(operation, extra):
    """Cases of reinforce and, with what `extra` adds, of ppo."""
    for batch, size, actions in SIZES:
        for number, options in enumerate((
                {}, {"baseline_mode": "mean"}, {"baseline_mode": "leave_one_out"}, {"normalize_advantages": True}, {"entropy_coefficient": 0.25},
                {"reduction": "sum", "temperature": 0.5}, {"reduction": "none", "temperature": 2}, {"reduction": "mean_batch", "entropy_coefficient": -0.5})):
            name = f"{batch} states of {size}, {actions} actions{''.join(f', {key} {value}' for key, value in options.items())}"
            rng = draw.seeded(operation + name)
            taken = draw.indices(rng, (batch,), actions).tolist()
            request = {**_drawn(rng, batch, size, actions), "actions": taken, **options, **extra(rng, (batch,), actions)}
            worth = ("rewards", "returns", "advantages")[number % 3]
            request[worth] = draw.scores(rng, (batch,), 3).tolist()
            yield case(operation, f"{name}, {worth}", request)
            more = {"baseline": draw.scores(rng, (batch,), 2).tolist(),
                    "upstream": draw.scores(rng, (batch,) if options.get("reduction") == "none" else (), 2).tolist(),
                    "action_mask": [[a == taken[row] or rng.random() < 0.5 for a in range(actions)] for row in range(batch)]}
            if worth == "rewards":
                more.update(episode_starts=[rng.random() < 0.4 for _ in range(batch)], gamma=0.75)
            yield case(operation, f"{name}, {worth}, masked, baseline, upstream", {**request, **more})
    rng = draw.seeded(operation + "one state")
    one = {**WORKED, "actions": 0, "advantages": 1.5, **extra(rng, (), 2)}
    yield from twins(operation, "one state", one)
    yield from twins(operation, "no gradients", {**one, "gradients": []})
    yield case(operation, "one baseline for all steps", {**EPISODE, "returns": [3, 2, 1], "baseline": 1.5, **extra(rng, (3,), 2)})
    yield refused("refused: nothing that says what a step was worth", {key: value for key, value in one.items() if key != "advantages"})
    yield refused("refused: returns and advantages", {**one, "returns": 1})
    yield refused("refused: episode starts without rewards", {**one, "episode_starts": True})
    yield refused("refused: masked action", {**one, "action_mask": [False, True]})
    yield refused("refused: baseline for two steps", {**one, "baseline": [1, 2]})
    yield refused("refused: gamma above 1", {**one, "gamma": 2})


def reinforce():
    operation = "policy/reinforce"
    yield from _losses(operation, lambda rng, batch, actions: {})
    for mode in ("none", "mean", "leave_one_out"):
        yield from twins(operation, f"worked: three steps, baseline {mode}", {**EPISODE, "rewards": [1, 1, 1], "baseline_mode": mode, "reduction": "sum"})
    yield case(operation, "one step to leave out", {"states": [[1]], "theta": [[0.5, 1]], "actions": [0], "returns": [2], "baseline_mode": "leave_one_out"}, warnings=True)
    yield case(operation, "limit: logits a thousand apart", {"states": [[1.0]], "theta": [[1000.0, 0.0]], "actions": [1], "returns": [2], "entropy_coefficient": 0.5})


def ppo():
    operation = "policy/ppo"

    def extra(rng, batch, actions):
        old = -draw.positive(rng, batch, 2)
        return {"old_log_probabilities": old.tolist(), "clip_epsilon": rng.choice([0.1, 0.2, 0.5])}
    yield from _losses(operation, extra)
    yield from twins(operation, "worked: three steps, old policy uniform",
                     {**EPISODE, "rewards": [1, 1, 1], "baseline_mode": "mean", "old_log_probabilities": [-0.6875] * 3, "clip_epsilon": 0.125})
    yield refused("refused: clip_epsilon below 0", {**WORKED, "actions": 0, "advantages": 1, "old_log_probabilities": -1, "clip_epsilon": -0.1})


def sample():
    operation = "policy/sample"
    for batch, size, actions in SIZES + ((50, 2, 4),):
        for options in ({}, {"seed": 1}, {"seed": -7, "temperature": 0.5}, {"seed": 2 ** 40 + 3, "temperature": 3}, {"mode": "greedy"}):
            name = f"{batch} states of {size}, {actions} actions{''.join(f', {key} {value}' for key, value in options.items())}"
            rng = draw.seeded(operation + name)
            request = {**_drawn(rng, batch, size, actions), **options}
            yield case(operation, name, request, warnings=False)
            mask = [[rng.random() < 0.5 for _ in range(actions)] for _ in range(batch)]
            for row in mask:
                row[rng.randrange(actions)] = True
            yield case(operation, name + ", masked", {**request, "action_mask": mask}, warnings=False)
    yield from twins(operation, "one state", {**CART, "seed": 5})
    yield case(operation, "greedy: the lowest index of a tie", {"states": [[1, 0], [0, 1]], "theta": [[1, 2, 2], [3, 1, 3]], "mode": "greedy"})
    yield case(operation, "no states", {"states": {"shape": [0, 2], "data": []}, "theta": [[1, 2], [3, 4]]})
    yield refused("refused: no action allowed", {**WORKED, "action_mask": [False, False]})
    yield refused("refused: a score that is NaN", {"states": [[1, "NaN"]], "theta": WORKED["theta"]})
    yield refused("refused: temperature 0", {**WORKED, "temperature": 0})
