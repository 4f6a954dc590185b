"""Data-parallel training of a small network: one process, its batch sharded over every NeuronCore."""

import argparse

import jax
import jax.numpy as jnp
from jax.sharding import Mesh, NamedSharding, PartitionSpec


def loss_of(parameters, inputs, targets):
    hidden = jax.nn.relu(inputs @ parameters["first"])
    return jnp.mean((hidden @ parameters["second"] - targets) ** 2)


@jax.jit
def train_step(parameters, inputs, targets):
    loss, gradients = jax.value_and_grad(loss_of)(parameters, inputs, targets)
    return jax.tree.map(lambda value, gradient: value - 1e-2 * gradient, parameters, gradients), loss


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=256)
    arguments = parser.parse_args()

    mesh = Mesh(jax.devices(), ("data",))
    sharded = NamedSharding(mesh, PartitionSpec("data"))
    replicated = NamedSharding(mesh, PartitionSpec())
    keys = jax.random.split(jax.random.key(0), 4)
    parameters = jax.device_put(
        {"first": jax.random.normal(keys[0], (784, 1024)) * 0.02, "second": jax.random.normal(keys[1], (1024, 10)) * 0.02},
        replicated,
    )
    # In place of your data: shapes that never change, since each new one is compiled.
    inputs = jax.device_put(jax.random.normal(keys[2], (arguments.batch, 784)), sharded)
    targets = jax.device_put(jax.random.normal(keys[3], (arguments.batch, 10)), sharded)
    for step in range(arguments.steps):
        parameters, loss = train_step(parameters, inputs, targets)
        if step % 100 == 0:
            print(f"step {step}: loss {float(loss):.4f}", flush=True)
    print(f"{len(jax.devices())} devices have trained {arguments.steps} steps")


if __name__ == "__main__":
    main()
