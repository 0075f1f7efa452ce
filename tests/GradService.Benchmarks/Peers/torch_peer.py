"""PyTorch as a contestant: for each operation what a user of PyTorch would write, loss and gradient by autograd."""
import torch

import contestant
import torch_losses
import torch_others

WORK = {**torch_losses.WORK, **torch_others.WORK}


def prepare(operation, tensors, parameters, threads):
    if operation not in WORK:
        raise LookupError(f"PyTorch has no part in {operation}")
    torch.set_num_threads(threads)
    # Indices are given in the type that PyTorch wants: the conversion is not timed.
    operands = {name: torch.from_numpy(array.astype("int64") if array.dtype == "int32" else array) for name, array in tensors.items()}
    return WORK[operation](operands, parameters)


if __name__ == "__main__":
    contestant.serve(prepare)
