"""Runs a torchrun command on every machine by Ray Train, which says what rank each has: python ray_train.py torchrun ...

Ray's own TorchXLAConfig is not used: it starts XRT, which PyTorch 2.9 has not.
"""

import os
import subprocess
import sys

import ray.train
from ray.train import RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer

CORES = 32  # of one trn1.32xlarge


def train(config):
    context = ray.train.get_context()
    torchrun, *arguments = config["command"]
    # Ray gives the worker all cores of its machine by this variable; here every process takes its own.
    environment = {name: value for name, value in os.environ.items() if name != "NEURON_RT_VISIBLE_CORES"}
    rendezvous = [
        f"--nnodes={context.get_world_size()}",
        f"--node_rank={context.get_world_rank()}",
        f"--nproc_per_node={CORES}",
        f"--master_addr={os.environ['MASTER_ADDR']}",
        "--master_port=29400",  # Ray's own group has MASTER_PORT
    ]
    subprocess.run([torchrun, *rendezvous, *arguments], check=True, env=environment)


TorchTrainer(
    train,
    train_loop_config={"command": sys.argv[1:]},
    torch_config=TorchConfig(backend="gloo"),
    scaling_config=ScalingConfig(
        num_workers=int(os.environ["MACHINES"]),
        resources_per_worker={"neuron_cores": CORES},
    ),
    run_config=RunConfig(storage_path="/fsx/ray"),
).fit()
