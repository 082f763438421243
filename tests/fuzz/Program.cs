using Sconce.Fuzz.Running;
using Sconce.Fuzz.Targets;

var options = Options.Parse(args);
switch (options)
{
    case { Replay: [_, ..] files }:
        return Replay.Run(files);
    case { Export: { } folder }:
        new ArtifactTarget().Export(folder);
        return 0;
    case { Worker: { } target }:
        return Worker.Run(target, options.Seed, options.First);
    default:
        return Campaign.Run(options);
}
