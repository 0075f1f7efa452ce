"""A whole street scene from a seed."""
from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from . import backdrop, buildings, furniture, ground, optics, people, plants, vehicles
from .classes import UNLABELLED
from .ground import Plan
from .shapes import any_of, disc
from .stage import Camera, Light, Stage

Placed = list[tuple[float, Callable[[], None]]]
"""What stands in the scene: how far its far end is, and how it is drawn."""


def draw(seed: Sequence[int], height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws a scene: the picture uint8 [height, width, 3] and its classes uint8 [height, width]. The same seed and size give the same."""
    random = np.random.default_rng(list(seed))
    plan = _plan(random)
    stage = Stage(height, width, _camera(random, height, width, plan), _light(random))
    backdrop.sky(stage, random)
    ground.ground(stage, random, plan)
    backdrop.skyline(stage, random)
    ground.shadows(stage, random, plan)
    placed: Placed = []
    for side in (-1, 1):
        _roadside(placed, stage, random, plan, side)
        _pavement(placed, stage, random, plan, side)
    _traffic(placed, stage, random, plan)
    for _, paint in sorted(placed, key=lambda item: -item[0]):
        paint()
    if random.random() < 0.4:
        _bonnet(stage, random)
    picture, labels = stage.result()
    return optics.photograph(picture, labels, random), labels


def _plan(random: Generator) -> Plan:
    kerb = random.uniform(3.0, 5.5)
    start = random.uniform(9, 26)
    return Plan(
        kerb,
        {side: kerb + random.uniform(1.8, 4.0) for side in (-1, 1)},
        {side: bool(random.random() < 0.5) for side in (-1, 1)},
        (start, start + random.uniform(6, 9)) if random.random() < 0.3 else None)


def _camera(random: Generator, height: int, width: int, plan: Plan) -> Camera:
    # Most pictures are taken from the right lane, some from the pavement.
    x = random.uniform(-0.2, 0.75) * plan.kerb if random.random() < 0.8 else random.choice((-1, 1)) * (plan.kerb + 1.0)
    return Camera(
        focal=max(height, width) * random.uniform(0.75, 1.25),
        centre=(width * random.uniform(0.35, 0.65), height * random.uniform(0.38, 0.55)),
        height=random.uniform(1.2, 2.4),
        x=x,
        roll=float(random.normal(0, 0.015)),
        bend=float(random.normal(0, 0.0015)))


def _light(random: Generator) -> Light:
    night = bool(random.random() < 0.07)
    warmth = random.normal(0, 0.06)
    tone = np.array([1 + warmth, 1.0, 1 - warmth])
    haze = np.array([60.0, 65, 85]) if night else np.array([205.0, 215, 225]) * tone * random.uniform(0.85, 1.1)
    return Light(
        sun_side=int(random.choice((-1, 1))),
        contrast=0.0 if night else random.uniform(0, 1),
        strength=(random.uniform(0.38, 0.52) if night else random.uniform(0.75, 1.2)) * tone,
        haze=haze,
        visibility=random.uniform(70, 400),
        night=night)


def _roadside(placed: Placed, stage: Stage, random: Generator, plan: Plan, side: int) -> None:
    """Houses in a row, houses in gardens, or a park."""
    edge, green = plan.edge[side], plan.green[side]
    park = green and random.random() < 0.35
    z = random.uniform(-4, 3)
    while z < 75:
        long = random.uniform(7, 16)
        near, far = max(z, 0.8), z + long
        if not park and far > 2 and plan.is_free(near, far):
            setback = random.uniform(2.5, 6) if green else 0.0
            house = buildings.House(side, edge + setback, near, far, random.uniform(5, 9) if green else random.uniform(6, 16))
            placed.append((far, lambda house=house: house.draw(stage, random)))
        z = far + (random.uniform(2, 8) if green else random.choice((0.0, 0.0, 3.0)))
    if green:
        _border(placed, stage, random, plan, side)
    for z in np.arange(random.uniform(3, 8), 70, random.uniform(4, 8) if park else random.uniform(9, 18)):
        if green and plan.is_free(z - 2, z + 2):
            x = side * (edge + random.uniform(1.5, 14 if park else 4))
            placed.append((z, lambda x=x, z=z: plants.tree(stage, random, x, z, random.uniform(4, 9))))


def _border(placed: Placed, stage: Stage, random: Generator, plan: Plan, side: int) -> None:
    """A fence or a hedge between pavement and green."""
    kind, x = random.random(), side * plan.edge[side]
    for near in np.arange(random.uniform(1, 4), 34, 8.0):
        far = near + 8.0 - random.choice((0.0, 1.5))
        if not plan.is_free(near, far) or kind > 0.9:
            continue
        if kind < 0.7:
            placed.append((far, lambda near=near, far=far: furniture.fence(stage, random, (x, far), (x, near))))
        else:
            placed.append((far, lambda near=near, far=far: plants.hedge(stage, random, x, near, far, random.uniform(0.9, 1.5))))


def _pavement(placed: Placed, stage: Stage, random: Generator, plan: Plan, side: int) -> None:
    """Lamps, signs, trees, clutter and people."""
    kerb, edge = plan.kerb + 0.5, plan.edge[side]

    def add(thing: Callable[..., None], x: float, z: float, *rest: float) -> None:
        if plan.is_free(z, z):
            placed.append((z, lambda: thing(stage, random, x, z, *rest)))

    first, spacing = random.uniform(4, 10), random.uniform(9, 15)
    for z in np.arange(first, 28, spacing):
        add(furniture.lamp_post, side * kerb, z)
    if random.random() < 0.3:
        for z in np.arange(first + spacing / 2, 45, spacing):
            add(plants.tree, side * (kerb + 0.3), z, random.uniform(4, 7))
    for _ in range(random.poisson(1.3)):
        add(furniture.sign, side * (kerb + random.uniform(0, 0.4)), random.uniform(4, 16))
    if random.random() < 0.3:
        add(furniture.traffic_light, side * kerb, (plan.crossing[0] - 2) if plan.crossing else random.uniform(6, 16))
    for _ in range(random.poisson(0.9)):
        add(furniture.clutter, side * random.uniform(kerb + 0.4, edge - 0.3), random.uniform(3.5, 14))
    for _ in range(random.poisson(2.2)):
        add(people.pedestrian, side * random.uniform(kerb, edge - 0.2), random.uniform(3.5, 15))


def _traffic(placed: Placed, stage: Stage, random: Generator, plan: Plan) -> None:
    """Cars driving, parked and crossing, bicyclists, people on their way over the road."""
    taken: list[tuple[float, float]] = []

    def car(x: float, z: float, heading: float) -> None:
        taken.append((x, z))
        placed.append((z, lambda: vehicles.vehicle(stage, random, x, z, heading)))

    def is_clear(x: float, z: float) -> bool:
        return all(abs(x - car_x) > 1.6 or abs(z - car_z) > 3.0 for car_x, car_z in taken)

    for side, heading in ((1, 0.0), (-1, np.pi)):
        parked = random.random() < 0.5 and plan.kerb > 4.2
        lane = 1.35 if parked else plan.kerb / 2
        for z in np.cumsum(random.uniform(9, 26, random.integers(0, 4))):
            if z < 55:
                car(side * lane + random.normal(0, 0.1), float(z) + 1, heading + random.normal(0, 0.03))
        if parked:
            for z in np.arange(random.uniform(6, 12), 45, random.uniform(5.5, 9)):
                if plan.is_free(z - 3, z + 3):
                    car(side * (plan.kerb - 0.95), float(z), heading)
    if plan.crossing is not None and random.random() < 0.6:
        car(random.uniform(-8, 8), sum(plan.crossing) / 2, random.choice((-1, 1)) * np.pi / 2)
    for _ in range(random.poisson(1.7)):
        along, z = bool(random.random() < 0.5), random.uniform(3.5, 13)
        x = random.choice((-1, 1)) * (plan.kerb - random.uniform(0.4, 1.2)) if along else random.uniform(-plan.kerb, plan.kerb)
        if is_clear(x, z):
            placed.append((z, lambda x=x, z=z, along=along: people.bicyclist(stage, random, x, z, along)))
    for _ in range(random.poisson(0.3)):
        x, z = random.uniform(-plan.kerb, plan.kerb), random.uniform(5, 14)
        if is_clear(x, z):
            placed.append((z, lambda x=x, z=z: people.pedestrian(stage, random, x, z)))


def _bonnet(stage: Stage, random: Generator) -> None:
    """The front of the own car along the lower edge."""
    height, width = stage.height, stage.width
    paint = stage.light.on(any_of(random, vehicles.PAINTS, 0.2), 0.0)
    rise, middle = height * random.uniform(0.06, 0.16), width * random.uniform(0.4, 0.6)
    stage.outline(disc(middle, height, width * 0.62, rise), paint * 0.8, UNLABELLED)
    stage.outline(disc(middle, height + rise * 0.12, width * 0.55, rise * 0.9), paint, UNLABELLED)
    stage.outline(disc(middle - width * 0.1, height + rise * 0.2, width * 0.2, rise * 0.7), paint * 1.15 + 12, UNLABELLED)
