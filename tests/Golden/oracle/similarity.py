"""Oracles of similarity/cross-correlation, separable and siamese: PyTorch's conv2d, its autograd, and unfolded patches."""
import torch
import torch.nn.functional as F

from .tensors import floats


def cross_correlation(request):
    names = ("input", "kernel", "bias")
    operands = _operands(request, names)
    last = request.get("layout") == "channels_last"
    images = operands["input"].permute(0, 3, 1, 2) if last else operands["input"]
    output = _slide(images, operands["kernel"], operands["bias"], request, request.get("groups", 1))
    return _answer(request, operands, output.permute(0, 2, 3, 1) if last else output)


def separable(request):
    names = ("input", "depthwise", "pointwise", "bias")
    operands = _operands(request, names)
    last = request.get("layout") == "channels_last"
    images = operands["input"].permute(0, 3, 1, 2) if last else operands["input"]
    middle = _slide(images, operands["depthwise"], None, request, images.shape[1])
    output = F.conv2d(middle, operands["pointwise"], operands["bias"])
    return _answer(request, operands, output.permute(0, 2, 3, 1) if last else output)


def _slide(images, kernel, bias, request, groups):
    """conv2d after the padding; a true convolution turns the kernel. torch's "same" puts the odd element below and to the right."""
    if request.get("mode") == "convolution":
        kernel = kernel.flip((-2, -1))
    stride, dilation = _pair(request.get("stride", 1)), _pair(request.get("dilation", 1))
    spans = [step * (taps - 1) + 1 for step, taps in zip(dilation, kernel.shape[-2:])]
    sides, mode = _sides(request.get("padding", 0), *spans), request.get("padding_mode", "zeros")
    images = F.pad(images, sides) if mode == "zeros" else _bordered(images, sides, mode)
    return F.conv2d(images, kernel, bias, stride, 0, dilation, groups)


def _bordered(images, sides, mode):
    """F.pad by index, as it takes no border as wide as the input in every mode and version."""
    left, right, top, bottom = sides
    for axis, before, after in ((2, top, bottom), (3, left, right)):
        size = images.shape[axis]
        places = torch.arange(-before, size + after)
        if mode == "reflect":
            places = (size - 1) - (size - 1 - places.abs()).abs()
        images = images.index_select(axis, places.clamp(0, size - 1) if mode == "replicate" else places % size)
    return images


def siamese(request):
    operands = _operands(request, ("template", "search"))
    template, search = operands["template"], operands["search"]
    batch, channels, height, width = template.shape
    images = F.pad(search, _sides(request.get("padding", 0), height, width))
    rows, columns = images.shape[2] - height + 1, images.shape[3] - width + 1
    patches = F.unfold(images, (height, width)).reshape(batch, channels, height * width, rows * columns)
    templates = template.reshape(batch, channels, height * width, 1)
    if not request.get("per_channel", False):
        patches, templates = patches.reshape(batch, 1, -1, rows * columns), templates.reshape(batch, 1, -1, 1)
    response = _likeness(patches, templates, request.get("normalize", "none")).reshape(batch, -1, rows, columns)
    answer = _answer(request, operands, response, "response")
    flat = response.detach().flatten(2)
    value, at = flat.max(2)
    peak = torch.stack((torch.div(at, columns, rounding_mode="floor").double(), (at % columns).double(), value), -1)
    answer["peak"] = peak if request.get("per_channel", False) else peak[:, 0]
    return answer


def _likeness(patches, templates, normalize):
    if normalize == "zncc":
        # 0/0 is 0: a constant has no shape to be like.
        flat = (patches.amax(2, keepdim=True) == patches.amin(2, keepdim=True)) | (templates.amax(2, keepdim=True) == templates.amin(2, keepdim=True))
        patches, templates = patches - patches.mean(2, keepdim=True), templates - templates.mean(2, keepdim=True)
    else:
        flat = ~((patches != 0).any(2, keepdim=True) & (templates != 0).any(2, keepdim=True))
    product = (patches * templates).sum(2)
    if normalize == "none":
        return product
    flat = flat[:, :, 0]
    squares = (patches ** 2).sum(2) * (templates ** 2).sum(2)
    return torch.where(flat, torch.zeros_like(product), product / torch.where(flat, torch.ones_like(product), squares).sqrt())


def _sides(padding, height, width):
    """Padding as F.pad takes it: left, right, top, bottom."""
    if padding == "same":
        return ((width - 1) // 2, width - 1 - (width - 1) // 2, (height - 1) // 2, height - 1 - (height - 1) // 2)
    if padding == "valid":
        return (0, 0, 0, 0)
    if isinstance(padding, list) and len(padding) == 4:
        return (padding[2], padding[3], padding[0], padding[1])
    rows, columns = _pair(padding)
    return (columns, columns, rows, rows)


def _pair(value):
    values = value if isinstance(value, list) else [value]
    return (values[0], values[-1])


def _operands(request, names):
    return {name: None if request.get(name) is None else floats(request, name).requires_grad_() for name in names}


def _answer(request, operands, values, name="output"):
    response = {name: values.detach()}
    wanted = {member: tensor for member, tensor in operands.items() if tensor is not None and member in request.get("gradients", operands)}
    if request.get("upstream") is not None and wanted:
        gradients = torch.autograd.grad(values, list(wanted.values()), floats(request, "upstream"), retain_graph=True)
        response.update({"grad_" + member: gradient for member, gradient in zip(wanted, gradients)})
    return response
