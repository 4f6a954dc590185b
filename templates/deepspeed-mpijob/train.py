"""Training with DeepSpeed's ZeRO-3: mpirun starts a process for each GPU."""

import argparse

import deepspeed
import torch


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--local_rank", type=int, default=-1)
    parser = deepspeed.add_config_arguments(parser)
    arguments = parser.parse_args()

    deepspeed.init_distributed(dist_backend="nccl")  # finds its ranks by MPI
    model = torch.nn.Sequential(*(torch.nn.Linear(4096, 4096) for _ in range(48)))
    engine, _, _, _ = deepspeed.initialize(args=arguments, model=model, model_parameters=model.parameters())
    for step in range(arguments.steps):
        inputs = torch.randn(8, 4096, device=engine.device, dtype=torch.bfloat16)  # in place of your data
        loss = torch.nn.functional.mse_loss(engine(inputs), inputs)
        engine.backward(loss)
        engine.step()
        if engine.global_rank == 0 and step % 100 == 0:
            print(f"step {step}: loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
