"""Oracles of the policy operations: the linear softmax policy, logits = states theta, by autograd of the definitions."""
import math

import torch

from . import philox
from .reduction import gradient, wants_gradient
from .tensors import floats, integers, read


def probabilities(request):
    logits = _logits(request, floats(request, "theta"))
    log_p = torch.log_softmax(logits, -1)
    p = torch.softmax(logits, -1)
    return {
        "probabilities": p,
        "log_probabilities": log_p,
        "entropy": torch.special.entr(p).sum(-1),  # entr(0) = 0
    }


def log_gradient(request):
    states, theta = floats(request, "states"), floats(request, "theta").requires_grad_()
    actions = integers(request, "actions")
    allowed = torch.ones(theta.shape[1], dtype=torch.bool) if request.get("action_mask") is None else torch.from_numpy(read(request["action_mask"], bool))
    allowed = allowed.expand(*actions.shape, theta.shape[1]).reshape(-1, theta.shape[1])
    rows = zip(states.reshape(-1, states.shape[-1]), actions.reshape(-1), allowed)
    steps = [_step(s, theta, a, m, request.get("temperature", 1.0)) for s, a, m in rows]
    response = {name: _stack([step[name] for step in steps], actions.shape) for name in steps[0]}
    if not request.get("per_sample", True):
        response["gradient"] = response["gradient"].sum(0) if actions.dim() else response["gradient"]
    if not request.get("explain", False):
        response = {name: response[name] for name in ("gradient", "log_probabilities")}
    return response


def _step(state, theta, action, allowed, temperature):
    """One state and action: d log pi(a|s) / d theta by autograd, and the steps a person would write down."""
    scores = (state @ theta / temperature).masked_fill(~allowed, float("-inf"))
    logits = scores.detach().requires_grad_()
    log_p = torch.log_softmax(scores, -1)[action]
    jacobian = torch.autograd.functional.jacobian(lambda z: torch.softmax(z, -1), logits.detach())
    return {
        "gradient": torch.autograd.grad(log_p, theta)[0],
        "log_probabilities": log_p.detach(),
        "jacobian": jacobian,
        "jacobian_row": jacobian[action],
        "dlog": torch.autograd.grad(torch.log_softmax(logits, -1)[action], logits)[0],
    }


def _stack(parts, batch):
    return torch.stack(parts).reshape((*batch, *parts[0].shape))


def returns(request):
    """Each return and each advantage as the sum that defines it, without recursion."""
    rewards, values = floats(request, "rewards"), floats(request, "values")
    gamma, after = request.get("gamma", 0.99), request.get("bootstrap_value", 0.0)
    ends = _episode_ends(request, len(rewards))
    if request.get("discounts") is not None:
        return _with_discounts(rewards, values, floats(request, "discounts").tolist(), request.get("lambda", 0.95), after)
    if values is None:
        return {"returns": _discounted(rewards, gamma, after, ends)}
    cut = [t + 1 == ends[t] for t in range(len(rewards))]
    following = [(after if t + 1 == len(rewards) else 0.0) if cut[t] else values[t + 1].item() for t in range(len(rewards))]
    deltas = rewards + gamma * torch.tensor(following, dtype=torch.float64) - values
    advantages = _discounted(deltas, gamma * request.get("lambda", 0.95), 0.0, ends)
    return {"returns": advantages + values, "advantages": advantages}


def _with_discounts(rewards, values, discounts, decay, after):
    """The same sums, each reward under the product of the discounts before it."""
    def total(terms, factors, last):
        sums = []
        for t in range(len(terms)):
            products = [math.prod(factors[t:k]) for k in range(t, len(terms) + 1)]
            sums.append(sum(p * x.item() for p, x in zip(products, terms[t:]) if p) + (products[-1] * last if products[-1] else 0.0))
        return torch.tensor(sums, dtype=torch.float64)
    if values is None:
        return {"returns": total(rewards, discounts, after)}
    following = [*values.tolist()[1:], after][:len(discounts)]
    deltas = rewards + torch.tensor([d * v if d else 0.0 for d, v in zip(discounts, following)], dtype=torch.float64) - values
    advantages = total(deltas, [decay * d for d in discounts], 0.0)
    return {"returns": advantages + values, "advantages": advantages}


def _episode_ends(request, steps):
    """For each step, one past the last step of its episode."""
    starts = [False] * steps if request.get("episode_starts") is None else read(request["episode_starts"], bool).reshape(-1).tolist()
    return [next((later for later in range(t + 1, steps) if starts[later]), steps) for t in range(steps)]


def _discounted(rewards, gamma, after, ends):
    steps = len(rewards)
    sums = [sum(gamma ** (k - t) * rewards[k].item() for k in range(t, ends[t])) + (gamma ** (steps - t) * after if ends[t] == steps else 0.0)
            for t in range(steps)]
    return torch.tensor(sums, dtype=torch.float64)


def reinforce(request):
    theta, advantages = floats(request, "theta").requires_grad_(), _advantages(request)
    log_p, entropy = _taken(request, theta)
    return _policy_loss(request, theta, -log_p * advantages, entropy, advantages)


def ppo(request):
    theta, advantages = floats(request, "theta").requires_grad_(), _advantages(request)
    log_p, entropy = _taken(request, theta)
    old, epsilon = floats(request, "old_log_probabilities"), request.get("clip_epsilon", 0.2)
    ratio = torch.exp(log_p - old)
    surrogate = torch.min(ratio * advantages, torch.clamp(ratio, 1 - epsilon, 1 + epsilon) * advantages)
    with torch.no_grad():
        figures = {
            "clip_fraction": ((ratio - 1).abs() > epsilon).double().mean(),
            "approx_kl": (old - log_p).mean(),
            "approx_kl_k3": (ratio - 1 - (log_p - old)).mean(),
        }
    return {**_policy_loss(request, theta, -surrogate, entropy, advantages), **figures}


def sample(request):
    """Gumbel-max by the service's published generator: stream b of the seed for row b."""
    p = probabilities(request)
    logits, log_p = _logits(request, floats(request, "theta")), p["log_probabilities"]
    rows, actions = logits.reshape(-1, logits.shape[-1]), []
    for number, row in enumerate(rows.tolist()):
        noise = philox.uniforms(request.get("seed", 0), number, len(row))
        greedy = request.get("mode", "sample") == "greedy"
        noisy = row if greedy else [score - math.log(-math.log(u)) for score, u in zip(row, noise)]
        actions.append(noisy.index(max(noisy)))
    actions = torch.tensor(actions, dtype=torch.int64).reshape(logits.shape[:-1])
    return {"actions": actions, "log_probabilities": log_p.gather(-1, actions.unsqueeze(-1)).squeeze(-1)}


def _logits(request, theta):
    logits = floats(request, "states") @ theta / request.get("temperature", 1.0)
    if request.get("action_mask") is None:
        return logits
    return logits.masked_fill(~torch.from_numpy(read(request["action_mask"], bool)), float("-inf"))


def _taken(request, theta):
    """log pi(a|s) of the actions taken, and the entropies; the logits of masked actions enter neither."""
    log_p = torch.log_softmax(_logits(request, theta), -1)
    finite = log_p.masked_fill(log_p == float("-inf"), 0)
    entropy = -(finite * torch.exp(log_p)).sum(-1)
    return log_p.gather(-1, integers(request, "actions").unsqueeze(-1)).squeeze(-1), entropy


def _advantages(request):
    worth = next(floats(request, name) for name in ("advantages", "returns", "rewards") if request.get(name) is not None)
    if request.get("rewards") is not None:
        flat = worth.reshape(-1)
        worth = _discounted(flat, request.get("gamma", 0.99), 0.0, _episode_ends(request, len(flat))).reshape(worth.shape)
    if request.get("baseline") is not None:
        worth = worth - floats(request, "baseline")
    mode, count = request.get("baseline_mode", "none"), worth.numel()
    if mode == "mean":
        worth = worth - worth.mean()
    if mode == "leave_one_out" and count > 1:
        worth = worth - (worth.sum() - worth) / (count - 1)
    if request.get("normalize_advantages", False):
        worth = (worth - worth.mean()) / (worth.std(unbiased=False) + 1e-8)
    return worth


def _policy_loss(request, theta, losses, entropy, advantages):
    losses = losses - request.get("entropy_coefficient", 0.0) * entropy
    reduction = request.get("reduction", "mean")
    loss = losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.mean()
    response = {"loss": loss.detach(), "entropy": entropy.mean().detach(), "advantages": advantages}
    if wants_gradient(request, "theta"):
        upstream = floats(request, "upstream")
        response["grad_theta"] = gradient(loss, theta, None if upstream is None else upstream.reshape(loss.shape))
    return response
