# Compares how portcullis matches the patterns of GitLab's CODEOWNERS with Ruby's File.fnmatch, which
# GitLab's documentation names with its flags.
# usage: ruby tests/gitlab_patterns.rb PORTCULLIS
require "open3"
require "tmpdir"

FLAGS = File::FNM_DOTMATCH | File::FNM_PATHNAME
PIECES = 'a b ab * ** ? [ab] [!a] [^b] [a-c] a* *b *.x .x a.x {a,b} a?b *a*b \* [\]a] é **b a**'.split
NAMES = 'a b ab abb .x a.x b.x {a,b} * ] é aab c a]b'.split
random = Random.new(20_261_121)
piece = ->(list) { list[random.rand(list.size)] }
patterns = Array.new(1_500) do
  text = Array.new(1 + random.rand(4)) { piece[PIECES] }.join("/")
  text = "/#{text}" if random.rand(2).zero? || text.start_with?("[", "^")
  random.rand(4).zero? ? "#{text}/" : text
end
paths = Array.new(400) { Array.new(1 + random.rand(4)) { piece[NAMES] }.join("/") }.uniq

# "Path matching" in GitLab's documentation: what a pattern stands for.
def globstar(pattern)
  return "/**/*" if pattern == "*"

  rooted = pattern.start_with?("/") ? pattern : "/**/#{pattern}"
  rooted.end_with?("/") ? "#{rooted}**/*" : rooted
end

output = Dir.mktmpdir do |folder|
  Dir.mkdir("#{folder}/.gitlab")
  text = patterns.each_with_index.map { |pattern, number| "[n#{number}]\n#{pattern} @o\n" }.join
  File.write("#{folder}/.gitlab/CODEOWNERS", text)
  git = ["git", "-C", folder, "-c", "user.name=A", "-c", "user.email=a@example.com"]
  [%w[init --quiet], %w[add --all], %w[commit --quiet --message owners]].each do |arguments|
    system(*git, *arguments, exception: true)
  end
  said, _status = Open3.capture2(ARGV.fetch(0), "owners", "--repo", folder, "--", *paths)
  said.force_encoding("UTF-8")
end

lines = output.lines
refused = lines.filter_map { |line| line[/\A\.gitlab\/CODEOWNERS:(\d+): /, 1] }.map { |line| Integer(line) / 2 - 1 }
matched = lines.filter_map { |line| line.match(/\A(.*): @o \(.*in section \[n(\d+)\]\)/) }
matched = matched.map { |found| [found[1], Integer(found[2])] }.to_h { |pair| [pair, true] }
compared = differing = hits = 0
patterns.each_with_index do |pattern, number|
  next if refused.include?(number)

  paths.each do |path|
    expected = File.fnmatch?(globstar(pattern), "/#{path}", FLAGS)
    compared += 1
    hits += 1 if expected
    next if expected == matched.key?([path, number])

    differing += 1
    puts "#{pattern} and #{path}: Ruby says #{expected}" if differing <= 10
  end
end
abort "no pattern matched: the output of `owners` was not understood" if hits.zero? || matched.empty?
puts "GitLab patterns: #{compared} pairs compared with Ruby #{RUBY_VERSION}, #{hits} of them match, " \
     "#{differing} differ, #{refused.size} patterns refused"
exit differing.zero?
