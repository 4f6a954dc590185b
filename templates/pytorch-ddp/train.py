"""Data-parallel training by DistributedDataParallel, which goes on from its last checkpoint."""

import argparse
import os

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel


def main(configuration: dict | None = None) -> None:
    """configuration: what Ray Train gives; without it the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--checkpoints", default="/checkpoints")
    arguments = parser.parse_args([] if configuration is not None else None)

    if not dist.is_initialized():
        dist.init_process_group("nccl")
    rank, local_rank = dist.get_rank(), int(os.environ["LOCAL_RANK"])
    # Ray gives each worker its own GPU as the first.
    device = torch.device("cuda", local_rank if torch.cuda.device_count() > 1 else 0)
    torch.cuda.set_device(device)
    network = torch.nn.Sequential(torch.nn.Linear(1024, 4096), torch.nn.ReLU(), torch.nn.Linear(4096, 1024)).to(device)
    model = DistributedDataParallel(network, device_ids=[device.index])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

    path, first = os.path.join(arguments.checkpoints, "ddp.pt"), 0
    if os.path.exists(path):
        saved = torch.load(path, map_location=device, weights_only=True)
        network.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        first = saved["step"]
    for step in range(first, arguments.steps):
        inputs = torch.randn(arguments.batch, 1024, device=device)  # in place of your data, by a DistributedSampler
        loss = torch.nn.functional.mse_loss(model(inputs), inputs)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if rank == 0 and (step + 1) % 100 == 0:
            print(f"step {step + 1}: loss {loss.item():.4f}", flush=True)
            # All at once: whoever is ended while it writes leaves the last one whole.
            torch.save({"model": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}, path + ".new")
            os.replace(path + ".new", path)
    dist.barrier()


if __name__ == "__main__":
    main()
    dist.destroy_process_group()
