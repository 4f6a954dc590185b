"""Data-parallel training of a small network on NeuronCores: torchrun starts one process for each."""

import argparse
import os

import torch
import torch.distributed as dist
import torch_xla
import torch_xla.core.xla_model as xm
import torch_xla.distributed.xla_backend  # registers the backend "xla"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=256)
    arguments = parser.parse_args()

    dist.init_process_group("xla")
    device = torch_xla.device()
    torch.manual_seed(0)  # every process begins with the same weights
    model = torch.nn.Sequential(torch.nn.Linear(784, 1024), torch.nn.ReLU(), torch.nn.Linear(1024, 10)).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step in range(arguments.steps):
        # In place of your data: shapes that never change, since each new one is compiled.
        inputs = torch.randn(arguments.batch, 784).to(device)
        labels = torch.randint(0, 10, (arguments.batch,)).to(device)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        xm.optimizer_step(optimizer)  # reduces the gradients over all processes
        xm.mark_step()
        if step % 100 == 0:
            xm.master_print(f"step {step}: loss {loss.item():.4f}")
    xm.master_print(f"{os.environ['WORLD_SIZE']} processes have trained {arguments.steps} steps")


if __name__ == "__main__":
    main()
