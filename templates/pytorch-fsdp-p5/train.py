"""Sharded training by FSDP2 with sharded checkpoints: every rank writes and reads its own part."""

import argparse
import os

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as checkpoint
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard


class Block(torch.nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention = torch.nn.MultiheadAttention(width, width // 128, batch_first=True)
        self.first = torch.nn.Linear(width, 4 * width)
        self.second = torch.nn.Linear(4 * width, width)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        attended = inputs + self.attention(inputs, inputs, inputs, need_weights=False)[0]
        return attended + self.second(torch.nn.functional.gelu(self.first(attended)))


def main(configuration: dict | None = None) -> None:
    """configuration: what Ray Train gives; without it the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--width", type=int, default=4096)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--checkpoints", default="/fsx/fsdp")
    arguments = parser.parse_args([] if configuration is not None else None)

    if not dist.is_initialized():
        dist.init_process_group("nccl")
    local_rank = int(os.environ["LOCAL_RANK"])
    # Ray gives each worker its own GPU as the first.
    device = torch.device("cuda", local_rank if torch.cuda.device_count() > 1 else 0)
    torch.cuda.set_device(device)
    # Weights are made where they stay: nobody holds the whole model.
    with torch.device("meta"):
        model = torch.nn.Sequential(*(Block(arguments.width) for _ in range(arguments.layers)))
    precision = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
    for block in model:
        fully_shard(block, mp_policy=precision)
    fully_shard(model, mp_policy=precision)
    model.to_empty(device=device)
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
        elif hasattr(module, "_reset_parameters"):
            module._reset_parameters()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)

    first = 0
    if os.path.exists(os.path.join(arguments.checkpoints, ".metadata")):
        weights, state = get_state_dict(model, optimizer)
        saved = {"model": weights, "optimizer": state, "step": 0}
        checkpoint.load(saved, checkpoint_id=arguments.checkpoints)
        set_state_dict(model, optimizer, model_state_dict=saved["model"], optim_state_dict=saved["optimizer"])
        first = saved["step"]
    for step in range(first, arguments.steps):
        inputs = torch.randn(1, 2048, arguments.width, device=device)  # in place of your data
        loss = torch.nn.functional.mse_loss(model(inputs), inputs)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if dist.get_rank() == 0 and (step + 1) % 10 == 0:
            print(f"step {step + 1}: loss {loss.item():.4f}", flush=True)
        if (step + 1) % 500 == 0:
            weights, state = get_state_dict(model, optimizer)
            checkpoint.save({"model": weights, "optimizer": state, "step": step + 1}, checkpoint_id=arguments.checkpoints)
    dist.barrier()


if __name__ == "__main__":
    main()
    dist.destroy_process_group()
