"""Lists the tools, reads, and applies one draft, whose question is answered yes as a person would: after reading it."""
import asyncio, json, os
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import ElicitResult


async def main():
    asked = []

    async def person(context, params):
        asked.append(params.model_dump(mode="json", by_alias=True))
        await asyncio.sleep(3)
        return ElicitResult(action="accept", content={"answer": "once"})

    server = StdioServerParameters(command="runbook", args=["mcp", "AUTODOCK.md"], env=dict(os.environ))
    async with stdio_client(server) as (read, write):
        async with ClientSession(read, write, elicitation_callback=person) as session:
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            first = await session.call_tool("runbook_read", {})
            draft = {"title": "Touch", "run": "touch made", "verify": "file made exists"}
            applied = await session.call_tool("apply_step", {"draft": draft})
            print(json.dumps({
                "tools": tools,
                "read": json.loads(first.content[0].text),
                "applied": json.loads(applied.content[0].text),
                "asked": asked,
            }))


asyncio.run(main())
