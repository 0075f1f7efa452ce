"""selection/select and selection/reinforce. The operations x², sin x and 3x - 1 at x = 1.7 are those of the worked answers."""
from . import draw
from .case import case, refused, twins

WORKED = {"logits": [0.44, -0.38, 0.65], "candidates": [2.89, 0.991664810452469, 4.1]}
MODES = ({"mode": "soft"}, {"mode": "hard"}, {"mode": "straight_through"}, {"mode": "gumbel_softmax"}, {"mode": "gumbel_softmax", "hard": True})


def select():
    operation = "selection/select"
    for options in MODES:
        said = options["mode"] + (", hard" if options.get("hard") else "")
        for rows, count, rest in (((), 3, ()), ((4,), 5, ()), ((2,), 3, (2, 4)), ((), 4, (3,))):
            for temperature in (1, 0.5):
                name = f"{said}: {list(rows)} rows of {count}, candidates {list(rest)}, temperature {temperature}"
                rng = draw.seeded(operation + name)
                request = {"logits": draw.scores(rng, (*rows, count), 2).tolist(), "candidates": draw.scores(rng, (*rows, count, *rest), 2).tolist(),
                           **options, "temperature": temperature}
                if options["mode"] == "gumbel_softmax":
                    request["uniforms"] = (draw.positive(rng, (*rows, count), 1) * 0.96875).tolist()
                yield case(operation, name, request, warnings=False)
                with_gradients = {**request, "upstream": draw.scores(rng, (*rows, *rest), 2).tolist()}
                yield case(operation, name + ", upstream", with_gradients, warnings=options["mode"] == "hard")
        yield from twins(operation, f"worked: {said}", {**WORKED, **options, "upstream": 0.2, **({"uniforms": [0.31, 0.72, 0.15]} if options["mode"] == "gumbel_softmax" else {})})
    yield case(operation, "limit: scores a thousand apart", {"logits": [1000, 0, -1000], "candidates": [1, 2, 3], "upstream": 1})
    yield refused("refused: candidates for other scores", {"logits": [1, 2, 3], "candidates": [1, 2]})
    yield refused("refused: temperature 0", {**WORKED, "temperature": 0})
    yield refused("refused: uniform 1", {**WORKED, "mode": "gumbel_softmax", "uniforms": [0.5, 0.5, 1]})
    yield refused("refused: uniforms that nothing uses", {**WORKED, "uniforms": [0.5, 0.5, 0.5]})


def reinforce():
    operation = "selection/reinforce"
    for mode in ("none", "mean", "leave_one_out"):
        for rows, count, samples in (((), 3, 4), ((3,), 4, 7), ((2,), 2, 2)):
            name = f"{mode}: {list(rows)} rows of {count}, {samples} samples"
            rng = draw.seeded(operation + name)
            request = {"logits": draw.scores(rng, (*rows, count), 2).tolist(), "actions": draw.indices(rng, (*rows, samples), count).tolist(),
                       "losses": draw.scores(rng, (*rows, samples), 4).tolist(), "baseline_mode": mode}
            yield case(operation, name, request, warnings=False)
            yield case(operation, name + ", upstream", {**request, "upstream": draw.scores(rng, rows, 2).tolist()}, warnings=False)
    yield case(operation, "one sample has no variance", {"logits": [0.5, 1.0], "actions": [1], "losses": [2.0]}, warnings=True)
    yield from twins(operation, "worked: leave one out", {"logits": WORKED["logits"], "actions": [0, 2, 2, 1], "losses": [1.2321, 0.01, 0.01, 9.05008061266998], "baseline_mode": "leave_one_out"})
    yield refused("refused: action 3 of three", {"logits": [1, 2, 3], "actions": [3], "losses": [1]})
    yield refused("refused: one sample to leave out", {"logits": [1, 2, 3], "actions": [2], "losses": [1], "baseline_mode": "leave_one_out"})
    yield refused("refused: two losses for three actions", {"logits": [1, 2, 3], "actions": [2, 1, 0], "losses": [1, 2]})
    yield refused("refused: no samples", {"logits": [1, 2, 3], "actions": [], "losses": []})
