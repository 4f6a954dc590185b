"""Runs train.py by Ray Train: it makes the process group, and starts all again from the checkpoint where a worker fails."""

import os

from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchTrainer

from train import main

TorchTrainer(
    main,
    train_loop_config={},
    scaling_config=ScalingConfig(num_workers=int(os.environ["WORKERS"]), use_gpu=True),
    run_config=RunConfig(storage_path="/fsx/ray", failure_config=FailureConfig(max_failures=3)),
).fit()
