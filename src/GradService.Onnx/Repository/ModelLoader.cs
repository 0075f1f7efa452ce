using System.Security.Cryptography;
using GradService.Onnx.Running;
using GradService.Onnx.Telemetry;
using Microsoft.Extensions.Logging;

namespace GradService.Onnx.Repository;

/// <summary>Brings a version from disk to where it serves.</summary>
internal sealed class ModelLoader(OnnxOptions options, ILogger logger, ModelInstruments instruments)
{
    /// <summary>Loads a version and warms it up.</summary>
    /// <exception cref="ModelException">Unavailable: why it cannot be loaded.</exception>
    /// <exception cref="StillWrittenException">Its files changed while they were read.</exception>
    public ModelRunner Load(string name, FoundVersion found, ModelManifest? manifest)
    {
        try
        {
            byte[] file = Read(found);
            byte[] model = new ExternalData(new FileInfo(found.ModelFile), found.ModelFolder, options.MaxModelBytes).Include(file);
            if (FileStamp.OfFolder(Path.GetDirectoryName(found.ModelFile)!).Text != found.Stamp.Text)
            {
                throw new StillWrittenException();
            }

            return Start(name, found.Version, new ModelSession(model, UnrankedTensors.Of(model), options), manifest);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or OverflowException or OutOfMemoryException)
        {
            throw new ModelException(ModelFault.Unavailable, exception.Message, exception);
        }
    }

    /// <summary>Whether a manifest fits a model.</summary>
    /// <exception cref="ModelException">Unavailable: it names an input or output that the model does not have.</exception>
    public static void Fit(ModelManifest? manifest, ModelDescription description)
    {
        Named("input", manifest?.Input, description.Inputs);
        Named("output", manifest?.Output, description.Outputs);
    }

    private static void Named(string member, string? name, IReadOnlyList<TensorSpec> tensors)
    {
        if (name is not null && tensors.All(tensor => tensor.Name != name))
        {
            string names = string.Join(", ", tensors.Select(tensor => $"\"{tensor.Name}\""));
            throw new ModelException(ModelFault.Unavailable, $"model.json: $.{member}: The model has no {member} \"{name}\"; it has {names}.");
        }
    }

    private byte[] Read(FoundVersion found)
    {
        var file = new FileInfo(found.ModelFile);
        if (!file.Exists)
        {
            throw new ModelException(ModelFault.Unavailable, $"There is no {ModelFolders.FileName} in the version's folder.");
        }

        if (!RealPath.IsInside(file.FullName, found.Root))
        {
            throw new ModelException(ModelFault.Unavailable, $"{ModelFolders.FileName} is a link that leads out of {found.Root}.");
        }

        using FileStream stream = file.OpenRead();
        if (stream.Length == 0 || stream.Length > options.MaxModelBytes)
        {
            throw new ModelException(ModelFault.Unavailable, $"{ModelFolders.FileName} has {stream.Length} bytes; expected 1 to {options.MaxModelBytes}.");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        string hash = found.Sha256 is null ? string.Empty : Convert.ToHexStringLower(SHA256.HashData(bytes));
        return found.Sha256 is null || hash.Equals(found.Sha256, StringComparison.OrdinalIgnoreCase)
            ? bytes
            : throw new WrongHashException(found.Sha256, hash);
    }

    private ModelRunner Start(string name, int version, ModelSession session, ModelManifest? manifest)
    {
        try
        {
            Fit(manifest, session.Description);
            var runner = new ModelRunner(name, version, session, options, logger, instruments);
            if (runner.WarmUp(manifest) is { } reason)
            {
                Log.Cold(logger, name, version, reason);
            }

            return runner;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
